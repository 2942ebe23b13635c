import * as texts from '$texts/platform';
import type { BrandRole, GroupRole } from '$platform/api/types';

/** What roles are called, in one place. */
export const groupRoleText = (role: GroupRole): string =>
  ({ host: texts.roleHost, moderator: texts.roleModerator, member: texts.roleMember })[role]();

export const brandRoleText = (role: BrandRole): string =>
  ({ owner: texts.roleOwner, admin: texts.roleAdmin, member: texts.roleMember })[role]();
