import { defineRoutes } from '$platform/app/route';

/**
 * All pages of the client. `page` is a file under src/, loaded when it is first shown.
 * A page gets the props of `PageProps`. `frame: 'brand'` puts it beside the sidebar and waits for the brand's first read.
 */
export const routes = defineRoutes([
  { name: 'setup', path: '/setup', frame: 'plain', page: 'setup/SetupPage' },
  { name: 'login', path: '/login', frame: 'plain', page: 'accounts/LoginPage' },
  { name: 'reset', path: '/reset', frame: 'plain', page: 'accounts/ResetPage' },
  { name: 'join', path: '/join', frame: 'plain', page: 'invitations/JoinPage' },
  { name: 'home', path: '/b/:slug', frame: 'brand', page: 'messages/HomePage' },
  { name: 'channel', path: '/b/:slug/g/:group/c/:channel', frame: 'brand', page: 'messages/ChannelPage' },
  { name: 'knowledge', path: '/b/:slug/g/:group/knowledge', frame: 'brand', page: 'knowledge/KnowledgePage' },
  { name: 'thread', path: '/b/:slug/g/:group/knowledge/:thread', frame: 'brand', page: 'knowledge/ThreadPage' },
  { name: 'webinars', path: '/b/:slug/webinars', frame: 'brand', page: 'webinars/WebinarsPage' },
  { name: 'webinar', path: '/b/:slug/webinars/:webinar', frame: 'brand', page: 'webinars/WebinarPage' },
  { name: 'stage', path: '/b/:slug/webinars/:webinar/stage', frame: 'brand', page: 'stage/StagePage', bare: true },
  { name: 'replay', path: '/b/:slug/webinars/:webinar/replay', frame: 'brand', page: 'stage/ReplayPage' },
  { name: 'search', path: '/b/:slug/search', frame: 'brand', page: 'search/SearchPage' },
  { name: 'people', path: '/b/:slug/people', frame: 'brand', page: 'members/PeoplePage' },
  { name: 'adminBrand', path: '/b/:slug/admin/brand', frame: 'brand', page: 'brands/BrandPage' },
  { name: 'adminGroups', path: '/b/:slug/admin/groups', frame: 'brand', page: 'groups/GroupsPage' },
  { name: 'adminInvitations', path: '/b/:slug/admin/invitations', frame: 'brand', page: 'invitations/InvitationsPage' },
  { name: 'adminMembers', path: '/b/:slug/admin/members', frame: 'brand', page: 'members/MembersPage' },
  { name: 'adminMails', path: '/b/:slug/admin/mails', frame: 'brand', page: 'mails/MailsPage' },
  { name: 'adminAudit', path: '/b/:slug/admin/audit', frame: 'brand', page: 'audit/AuditPage' },
  { name: 'me', path: '/b/:slug/me', frame: 'brand', page: 'accounts/AccountPage' },
]);
