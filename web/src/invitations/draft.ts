import * as texts from '$texts/invitations';
import * as problems from '$texts/problems';
import type { GroupRole, Id } from '$platform/api/types';
import { email as emailCheck } from '$platform/ui/checks';
import type { NewInvitation } from './api';

/** What stands in the form, as typed. */
export interface InvitationDraft {
  kind: 'email' | 'link';
  email: string;
  domain: string;
  mostUses: string;
  groups: Id[];
  groupRole: string;
  brandRole: string;
  days: string;
  message: string;
}

export const MOST_GROUPS = 20;
export const MOST_USES = 1000;

export const blankDraft = (): InvitationDraft => ({
  kind: 'email',
  email: '',
  domain: '',
  mostUses: '25',
  groups: [],
  groupRole: 'member',
  brandRole: 'member',
  days: '14',
  message: '',
});

export function checkDraft(draft: InvitationDraft): Record<string, string | undefined> {
  const groups = draft.groups.length === 0 ? texts.chooseGroup() : undefined;
  const tooMany = draft.groups.length > MOST_GROUPS ? texts.tooManyGroups({ most: MOST_GROUPS }) : undefined;
  if (draft.kind === 'email') return { email: emailCheck(draft.email), groups: groups ?? tooMany };
  const uses = Number(draft.mostUses);
  const fits = Number.isInteger(uses) && uses >= 1 && uses <= MOST_USES;
  return {
    max_uses: fits ? undefined : texts.usesRange({ most: MOST_USES }),
    domain: draft.domain.trim() === '' || isDomain(tidyDomain(draft.domain)) ? undefined : problems.invalid(),
    groups: groups ?? tooMany,
  };
}

export function toRequest(draft: InvitationDraft): NewInvitation {
  const shared = {
    groups: draft.groups,
    group_role: draft.groupRole as GroupRole,
    brand_role: draft.brandRole as 'member' | 'admin',
    expires_in_days: Number(draft.days),
  };
  if (draft.kind === 'email') {
    return { kind: 'email', email: draft.email.trim(), message: draft.message.trim() || undefined, ...shared };
  }
  return { kind: 'link', max_uses: Number(draft.mostUses), domain: tidyDomain(draft.domain) || undefined, ...shared };
}

/** People type "@firma.de" where they mean "firma.de". */
const tidyDomain = (typed: string) => typed.trim().toLowerCase().replace(/^@/, '');

const isDomain = (text: string) => /^([a-z0-9äöüß-]+\.)+[a-z]{2,}$/.test(text);
