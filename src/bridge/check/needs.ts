import type { Provider } from "../config/settings.ts";

type Needs = Readonly<Record<string, string>>;

const OKTA_USERS =
  "the scope okta.users.read granted to the service app and its role (or an API token of a read-only administrator)";
const OKTA_GROUPS =
  "the scope okta.groups.read granted to the service app and its role (or an API token of a read-only administrator)";
const OKTA_APPS =
  "the scope okta.apps.read granted to the service app and its role (or an API token of a read-only administrator)";
const ENTRA_USERS = "the application permission User.Read.All with admin consent";
const ENTRA_GROUPS = "the application permission GroupMember.Read.All with admin consent";
const GOOGLE = "https://www.googleapis.com/auth/admin.directory";
const GOOGLE_USERS = `the delegated scope ${GOOGLE}.user.readonly, and an adminEmail who may read users`;
const ONELOGIN = "API credentials with Read users";
const JUMPCLOUD = "an API key of an administrator, with the role Read Only at least";
const SCIM_USERS = "a token that may GET /Users";
const SCIM_GROUPS = "a token that may GET /Groups";

/** What reading the scope needs, beside the step of that name in CHECK_NEEDS: an application's own right. */
export const APPLICATION_NEEDS: Partial<Record<Provider, string>> = {
  okta: OKTA_APPS,
  entra:
    "the application permissions Application.Read.All and GroupMember.Read.All with admin consent, and the object ID of the enterprise application",
};

/** What each step of a check needs at each provider, in the words of the provider's console. */
export const CHECK_NEEDS: Readonly<Record<Provider, Needs>> = {
  okta: {
    users: OKTA_USERS,
    user: OKTA_USERS,
    delta: OKTA_USERS,
    groups: OKTA_GROUPS,
    members: OKTA_GROUPS,
    scope: OKTA_GROUPS,
  },
  entra: {
    users: ENTRA_USERS,
    user: ENTRA_USERS,
    groups: ENTRA_GROUPS,
    members: ENTRA_GROUPS,
    scope: ENTRA_GROUPS,
  },
  google: {
    users: GOOGLE_USERS,
    user: GOOGLE_USERS,
    deletedUsers: GOOGLE_USERS,
    groups: `the delegated scope ${GOOGLE}.group.readonly`,
    members: `the delegated scope ${GOOGLE}.group.member.readonly`,
    scope: `the delegated scopes ${GOOGLE}.group.readonly and ${GOOGLE}.group.member.readonly`,
  },
  onelogin: {
    users: ONELOGIN,
    user: ONELOGIN,
    delta: ONELOGIN,
    groups: "API credentials with Read all (roles)",
    members: "API credentials with Read all (roles)",
    scope: "API credentials with Read all (roles)",
  },
  jumpcloud: {
    users: JUMPCLOUD,
    user: JUMPCLOUD,
    groups: JUMPCLOUD,
    members: JUMPCLOUD,
    scope: JUMPCLOUD,
  },
  scim: {
    users: SCIM_USERS,
    user: SCIM_USERS,
    groups: SCIM_GROUPS,
    members: SCIM_GROUPS,
    scope: SCIM_GROUPS,
  },
};
