import type { JsonObject } from "#scim/json.ts";
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER, PATCH_OP } from "#scim/schema/urns.ts";
import type { ConnectorSettings } from "#scim/settings.ts";

/** One request that an identity provider sends, and what it has to see. */
export interface SelfTestStep {
  readonly name: string;
  readonly method: string;
  /** Below the SCIM base URL; `{name}` stands for an id that an earlier step saved. */
  readonly path: string;
  readonly body?: JsonObject;
  readonly status: number;
  /** Values in the answer by JSON Pointer (RFC 6901); null stands for one that must be absent. */
  readonly shows?: Readonly<Record<string, string | number | boolean | null>>;
  /** The name under which the answer's id is saved. */
  readonly saves?: string;
}

/** The whole self-test: what each client does when an administrator connects it, and then with a user. */
export function selfTestSteps(settings: ConnectorSettings): readonly SelfTestStep[] {
  return [...oktaSteps(settings), ...entraSteps(settings)];
}

const OKTA_NAME = "okta.self-test@example.com";
const OKTA_USER = {
  schemas: [CORE_USER],
  userName: OKTA_NAME,
  name: { givenName: "Okta", familyName: "Self-Test" },
  emails: [{ primary: true, value: OKTA_NAME, type: "work" }],
  displayName: "Okta Self-Test",
  locale: "en-US",
  externalId: "00uselftest000000001",
  groups: [],
  active: true,
};

function oktaSteps(settings: ConnectorSettings): readonly SelfTestStep[] {
  const found = userNamed(OKTA_NAME);
  return [
    {
      name: "Okta: Test Connector Configuration",
      method: "GET",
      path: "/Users?startIndex=1&count=2",
      status: 200,
      shows: { "/totalResults": 0, "/startIndex": 1 },
    },
    {
      name: "Okta: look a user up who is not there",
      ...found,
      shows: { "/totalResults": 0 },
    },
    {
      name: "Okta: create the user",
      method: "POST",
      path: "/Users",
      body: { ...OKTA_USER, password: "not-kept" },
      status: 201,
      shows: { "/userName": OKTA_NAME, "/active": true, "/password": null },
      saves: "okta",
    },
    {
      name: "Okta: create the user once more",
      method: "POST",
      path: "/Users",
      body: OKTA_USER,
      status: 409,
      shows: { "/scimType": "uniqueness" },
    },
    {
      name: "Okta: find the user",
      ...found,
      shows: { "/totalResults": 1, "/Resources/0/externalId": OKTA_USER.externalId },
    },
    {
      name: "Okta: push a profile by PUT",
      method: "PUT",
      path: "/Users/{okta}",
      body: { ...OKTA_USER, id: "{okta}", displayName: "Okta Changed" },
      status: 200,
      shows: { "/displayName": "Okta Changed" },
    },
    patch(
      "Okta: deactivate by a PATCH without a path",
      "okta",
      [{ op: "replace", value: { active: false } }],
      { "/active": false, "/displayName": "Okta Changed" },
    ),
    patch("Okta: reactivate", "okta", [{ op: "replace", value: { active: true } }], {
      "/active": true,
    }),
    {
      name: "Okta: push a group with the user",
      method: "POST",
      path: "/Groups",
      body: {
        schemas: [CORE_GROUP],
        displayName: "Okta Self-Test",
        members: [{ value: "{okta}" }],
      },
      status: 201,
      shows: { "/members/0/display": "Okta Changed" },
      saves: "oktaGroup",
    },
    { name: "Okta: remove the group", method: "DELETE", path: "/Groups/{oktaGroup}", status: 204 },
    ...removal("Okta", "okta", settings),
  ];
}

const ENTRA_NAME = "entra.self-test@example.com";
const ENTRA_USER = {
  schemas: [CORE_USER, ENTERPRISE_USER],
  externalId: "entra.self-test",
  userName: ENTRA_NAME,
  active: true,
  displayName: "Entra Self-Test",
  emails: [{ primary: true, type: "work", value: ENTRA_NAME }],
  [ENTERPRISE_USER]: { department: "Before" },
};

function entraSteps(settings: ConnectorSettings): readonly SelfTestStep[] {
  return [
    {
      name: "Entra: Test Connection",
      ...userNamed("d7a7ed1c-0000-4000-8000-5e1f7e570000"),
      shows: { "/totalResults": 0, "/Resources/0": null },
    },
    {
      name: "Entra: create the user",
      method: "POST",
      path: "/Users",
      body: ENTRA_USER,
      status: 201,
      shows: { "/active": true },
      saves: "entra",
    },
    {
      name: "Entra: find the user by externalId",
      method: "GET",
      path: `/Users?filter=${encodeURIComponent('externalId eq "entra.self-test"')}`,
      status: 200,
      shows: { "/totalResults": 1, "/Resources/0/userName": ENTRA_NAME },
    },
    patch(
      "Entra: change attributes by a legacy PATCH",
      "entra",
      [
        { op: "Replace", path: 'emails[type eq "work"].value', value: "changed@example.com" },
        { op: "Add", path: "name.givenName", value: "Entra" },
        { op: "Replace", path: `${ENTERPRISE_USER}:department`, value: "After" },
      ],
      {
        "/emails/0/value": "changed@example.com",
        "/name/givenName": "Entra",
        [`/${ENTERPRISE_USER}/department`]: "After",
      },
    ),
    patch(
      "Entra: change attributes by a PATCH without a path",
      "entra",
      [{ op: "replace", value: { displayName: "Entra Changed", "name.familyName": "Self-Test" } }],
      { "/displayName": "Entra Changed", "/name/familyName": "Self-Test" },
    ),
    patch(
      'Entra: disable with the text "False"',
      "entra",
      [{ op: "Replace", path: "active", value: "False" }],
      { "/active": false },
    ),
    patch("Entra: enable", "entra", [{ op: "replace", path: "active", value: true }], {
      "/active": true,
    }),
    ...removal("Entra", "entra", settings),
  ];
}

function userNamed(userName: string) {
  const filter = encodeURIComponent(`userName eq "${userName}"`);
  return { method: "GET", path: `/Users?filter=${filter}&startIndex=1&count=100`, status: 200 };
}

function patch(
  name: string,
  id: string,
  operations: readonly JsonObject[],
  shows: NonNullable<SelfTestStep["shows"]>,
): SelfTestStep {
  const body = { schemas: [PATCH_OP], Operations: operations };
  return { name, method: "PATCH", path: `/Users/{${id}}`, body, status: 200, shows };
}

/** What is left of a deleted user is the administrator's choice: the setting `deletion`. */
function removal(
  client: string,
  id: string,
  { deletion }: ConnectorSettings,
): readonly SelfTestStep[] {
  const path = `/Users/{${id}}`;
  const after = { name: `${client}: look at what is left`, method: "GET", path };
  return [
    { name: `${client}: delete the user`, method: "DELETE", path, status: 204 },
    deletion === "deactivate"
      ? { ...after, status: 200, shows: { "/active": false } }
      : { ...after, status: 404 },
  ];
}
