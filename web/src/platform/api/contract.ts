import type { Change, ServerFrame } from '$platform/live/frames';
import type { components } from './schema';
import type * as ours from './types';

/**
 * Our shapes say more than the generated ones (which fields are always there, which words an enumeration has). This file
 * holds the two together: a field or a kind of frame that one side does not know fails the type check and is named in its
 * message. It has no code.
 */
type Theirs = components['schemas'];
type Keys<T> = T extends unknown ? keyof T : never;

type Same<A, B> = [Exclude<A, B>, Exclude<B, A>] extends [never, never]
  ? true
  : { onlyInClient: Exclude<A, B>; onlyInServer: Exclude<B, A> };
type Expect<T extends true> = T;

export type Contract = [
  Expect<Same<keyof ours.Person, keyof Theirs['Person']>>,
  Expect<Same<keyof ours.Brand, keyof Theirs['BrandView']>>,
  Expect<Same<keyof ours.Group, keyof Theirs['GroupView']>>,
  Expect<Same<keyof ours.Channel, keyof Theirs['ChannelView']>>,
  Expect<Same<keyof ours.Member, keyof Theirs['MemberView']>>,
  Expect<Same<keyof ours.FileInfo, keyof Theirs['FileView']>>,
  Expect<Same<keyof ours.Reaction, keyof Theirs['Reaction']>>,
  Expect<Same<keyof ours.Message, keyof Theirs['MessageView']>>,
  Expect<Same<keyof ours.MessagePage, keyof Theirs['MessageWindow']>>,
  Expect<Same<keyof ours.Thread, keyof Theirs['ThreadView']>>,
  Expect<Same<keyof ours.Reply, keyof Theirs['ReplyView']>>,
  Expect<Same<keyof ours.Webinar, keyof Theirs['WebinarView']>>,
  Expect<Same<keyof ours.Me, keyof Theirs['Me']>>,
  Expect<Same<keyof ours.GroupSnapshot, keyof Theirs['GroupSnapshot']>>,
  Expect<Same<keyof ours.Start, keyof Theirs['Start']>>,
  Expect<Same<keyof ours.Login, keyof Theirs['LoginView']>>,
  Expect<Same<keyof ours.Invitation, keyof Theirs['InvitationView']>>,
  Expect<Same<keyof ours.InvitationPreview, keyof Theirs['InvitationPreview']>>,
  Expect<Same<keyof ours.AuditEntry, keyof Theirs['AuditView']>>,
  Expect<Same<keyof ours.Mail, keyof Theirs['MailView']>>,
  Expect<Same<keyof ours.MailContent, keyof Theirs['WholeMail']>>,
  Expect<Same<keyof ours.Stage, keyof Theirs['StageView']>>,
  Expect<Same<keyof ours.Floor, keyof Theirs['FloorView']>>,
  Expect<Same<Change['kind'], Theirs['ChangeBody']['kind']>>,
  Expect<Same<Keys<Change>, Keys<Theirs['ChangeBody']>>>,
  Expect<Same<ServerFrame['type'], Theirs['ServerFrame']['type']>>,
];
