import {
  BRIDGE,
  CHANGED_BRIDGE,
  EXCLUSION,
  HELD_CHOICE,
  NOTHING,
  SYNC,
  SYNC_USER,
} from "../../src/http/admin/bridge/input.ts";
import { HELD_QUERY, RUNS_QUERY } from "../../src/http/admin/bridge/runs.ts";
import { CHANGES_QUERY, TENANT_CHANGES_QUERY } from "../../src/http/admin/changes/changes.ts";
import { ATTRIBUTES } from "../../src/http/admin/connectors/attributes.ts";
import { NEW_CLIENT } from "../../src/http/admin/connectors/clients.ts";
import {
  CHANGED_CONNECTOR,
  LIST_QUERY,
  NEW_CONNECTOR,
} from "../../src/http/admin/connectors/connectors.ts";
import { PARKED_QUERY } from "../../src/http/admin/connectors/parked-members.ts";
import { NEW_TOKEN, ROTATION, UNUSED_QUERY } from "../../src/http/admin/connectors/tokens.ts";
import {
  MEMBERS_QUERY,
  RESOURCE_QUERY,
  RESOURCES_QUERY,
} from "../../src/http/admin/directory/directory.ts";
import {
  EVENT_QUERY,
  EXPORT_QUERY,
  HISTORY_QUERY,
  REFUSAL_QUERY,
} from "../../src/http/admin/events/events.ts";
import { SELF_TEST } from "../../src/http/admin/self-test/self-test.ts";
import {
  CHANGED_WEBHOOK,
  DELIVERIES_QUERY,
  NEW_WEBHOOK,
  REPLAY,
  SECRET_ROTATION,
} from "../../src/http/admin/webhooks/input.ts";

/**
 * A call of the admin API: what it is for, and the schemas with which the Worker checks it.
 *
 * @typedef {object} Operation
 * @property {string} route method and path, as Hono has them
 * @property {string} id
 * @property {string} summary
 * @property {number} status of the answer when all is well
 * @property {import("zod").ZodType} [query]
 * @property {import("zod").ZodType} [body]
 * @property {true} [isBodyOptional]
 * @property {string} [type] of the answer, where it is not application/json
 * @property {true} [isTagged] whether the answer has an ETag
 * @property {true} [isKnowable] whether If-None-Match is answered with 304
 * @property {true} [isConditional] whether If-Match and If-None-Match are heeded, with 412
 */

/** @type {Pick<Operation, "isTagged">} */
const TAGGED = { isTagged: true };
/** @type {Pick<Operation, "isTagged" | "isKnowable">} */
const KNOWABLE = { isTagged: true, isKnowable: true };
/** @type {Pick<Operation, "isConditional">} */
const CONDITIONAL = { isConditional: true };

const CONNECTOR = "/connectors/:id";
const BRIDGE_PATH = `${CONNECTOR}/bridge`;
const WEBHOOK = `${CONNECTOR}/webhooks/:webhookId`;

/** @type {readonly Operation[]} */
export const OPERATIONS = [
  op("GET /openapi.json", "getOpenapi", "This document."),

  op("POST /connectors", "createConnector", "Create a connector; its token is shown this once.", {
    status: 201,
    body: NEW_CONNECTOR,
    ...TAGGED,
  }),
  op("GET /connectors", "listConnectors", "List connectors, newest first.", { query: LIST_QUERY }),
  op(`GET ${CONNECTOR}`, "getConnector", "Read a connector.", KNOWABLE),
  op(`PATCH ${CONNECTOR}`, "changeConnector", "Change a connector; settings are merged.", {
    body: CHANGED_CONNECTOR,
    ...TAGGED,
    ...CONDITIONAL,
  }),
  op(`DELETE ${CONNECTOR}`, "deleteConnector", "Delete a connector; its tokens fail at once.", {
    status: 204,
    ...CONDITIONAL,
  }),
  op(`POST ${CONNECTOR}/self-test`, "selfTest", "Play Okta and Entra in a scratch connector.", {
    body: SELF_TEST,
    isBodyOptional: true,
  }),

  op(`POST ${CONNECTOR}/approve`, "approveConnector", "Let a staged connector deliver.", {
    ...TAGGED,
    ...CONDITIONAL,
  }),

  op(
    `GET ${CONNECTOR}/attributes`,
    "getAttributes",
    "Read the connector's own attributes.",
    KNOWABLE,
  ),
  op(
    `GET ${CONNECTOR}/attributes/seen`,
    "getSeenAttributes",
    "List the attributes that clients sent and nobody declared.",
  ),
  op(`PUT ${CONNECTOR}/attributes`, "putAttributes", "Replace the connector's own attributes.", {
    body: ATTRIBUTES,
    ...TAGGED,
    ...CONDITIONAL,
  }),

  op("GET /tokens", "listUnusedTokens", "List live tokens that were not used lately.", {
    query: UNUSED_QUERY,
  }),
  op(`GET ${CONNECTOR}/tokens`, "listTokens", "List a connector's tokens."),
  op(`POST ${CONNECTOR}/tokens`, "createToken", "Make a token; its secret is shown this once.", {
    status: 201,
    body: NEW_TOKEN,
  }),
  op(
    `POST ${CONNECTOR}/tokens/:tokenId/rotate`,
    "rotateToken",
    "Make a token's successor; both work for the overlap.",
    { status: 201, body: ROTATION },
  ),
  op(`DELETE ${CONNECTOR}/tokens/:tokenId`, "revokeToken", "Revoke a token.", { status: 204 }),

  op(`GET ${CONNECTOR}/clients`, "listClients", "List a connector's OAuth clients."),
  op(
    `POST ${CONNECTOR}/clients`,
    "createClient",
    "Make an OAuth client; its secret is shown this once.",
    { status: 201, body: NEW_CLIENT },
  ),
  op(
    `DELETE ${CONNECTOR}/clients/:clientId`,
    "revokeClient",
    "Revoke an OAuth client and its tokens.",
    { status: 204 },
  ),

  op(
    `GET ${BRIDGE_PATH}`,
    "getBridge",
    "Read a bridge: what it is to do, and where it stands.",
    TAGGED,
  ),
  op(`PUT ${BRIDGE_PATH}`, "putBridge", "Set a bridge up, or change it.", {
    body: BRIDGE,
    ...TAGGED,
    ...CONDITIONAL,
  }),
  op(`PATCH ${BRIDGE_PATH}`, "changeBridge", "Change some of a bridge.", {
    body: CHANGED_BRIDGE,
    ...TAGGED,
    ...CONDITIONAL,
  }),
  op(
    `POST ${BRIDGE_PATH}/excluded`,
    "excludeFromBridge",
    "Exclude one address, glob or org unit.",
    {
      body: EXCLUSION,
      ...TAGGED,
      ...CONDITIONAL,
    },
  ),
  op(
    `DELETE ${BRIDGE_PATH}/excluded/:pattern`,
    "includeInBridge",
    "Take one exclusion back; the pattern is percent-encoded.",
    { ...TAGGED, ...CONDITIONAL },
  ),
  op(
    `POST ${BRIDGE_PATH}/check`,
    "checkBridge",
    "Test the connection, as it is or with changes; nothing is stored.",
    { body: CHANGED_BRIDGE, isBodyOptional: true, ...CONDITIONAL },
  ),
  op(`DELETE ${BRIDGE_PATH}`, "deleteBridge", "Delete a bridge; users stay as they are.", {
    status: 204,
    ...CONDITIONAL,
  }),
  op(`POST ${BRIDGE_PATH}/sync`, "syncBridge", "Start a run now.", {
    status: 202,
    body: SYNC,
    isBodyOptional: true,
    ...CONDITIONAL,
  }),
  op(`POST ${BRIDGE_PATH}/sync-user`, "syncUser", "Bring one user up to date now.", {
    body: SYNC_USER,
    ...CONDITIONAL,
  }),
  op(
    `POST ${BRIDGE_PATH}/plan`,
    "planBridge",
    "Start a dry run, by the settings as they are or with changes: it writes nothing.",
    { status: 202, body: CHANGED_BRIDGE, isBodyOptional: true, ...CONDITIONAL },
  ),
  bare(202, `POST ${BRIDGE_PATH}/resync`, "resyncBridge", "Match everybody anew."),
  bare(204, `POST ${BRIDGE_PATH}/pause`, "pauseBridge", "Let a bridge rest."),
  bare(204, `POST ${BRIDGE_PATH}/resume`, "resumeBridge", "Let a paused bridge go on."),
  bare(204, `POST ${BRIDGE_PATH}/enable`, "enableBridge", "Put a disabled bridge back to work."),
  op(`GET ${BRIDGE_PATH}/runs`, "listRuns", "List the runs of a bridge, newest first.", {
    query: RUNS_QUERY,
  }),
  op(`GET ${BRIDGE_PATH}/runs/:runId`, "getRun", "Read a run; a dry run comes with its plan."),
  op(`GET ${BRIDGE_PATH}/held`, "listHeld", "List the switch-offs that the guard holds back.", {
    query: HELD_QUERY,
  }),
  op(`POST ${BRIDGE_PATH}/held/approve`, "approveHeld", "Let held switch-offs happen.", {
    status: 202,
    body: HELD_CHOICE,
    ...CONDITIONAL,
  }),
  op(`POST ${BRIDGE_PATH}/held/reject`, "rejectHeld", "Drop held switch-offs.", {
    status: 204,
    body: HELD_CHOICE,
    ...CONDITIONAL,
  }),

  op(`GET ${CONNECTOR}/events`, "listEvents", "List the event log, newest first.", {
    query: EVENT_QUERY,
  }),
  op(`GET ${CONNECTOR}/events/export`, "exportEvents", "Stream the event log as NDJSON or CSV.", {
    query: EXPORT_QUERY,
    type: "application/x-ndjson",
  }),
  op(`GET ${CONNECTOR}/events/:eventId`, "getEvent", "Read one event."),
  op(`GET ${CONNECTOR}/users/:userId/events`, "listUserEvents", "List the events of one user.", {
    query: HISTORY_QUERY,
  }),
  op(`GET ${CONNECTOR}/changes`, "listChanges", "Follow a connector's changes, oldest first.", {
    query: CHANGES_QUERY,
  }),
  op("GET /changes", "listTenantChanges", "Follow the changes of all connectors of a tenant.", {
    query: TENANT_CHANGES_QUERY,
  }),

  op(`GET ${CONNECTOR}/users`, "listUsers", "List the users of a connector, as SCIM has them.", {
    query: RESOURCES_QUERY,
  }),
  op(`GET ${CONNECTOR}/users/:userId`, "getUser", "Read a user.", { query: RESOURCE_QUERY }),
  op(`GET ${CONNECTOR}/groups`, "listGroups", "List the groups of a connector, as SCIM has them.", {
    query: RESOURCES_QUERY,
  }),
  op(`GET ${CONNECTOR}/groups/:groupId`, "getGroup", "Read a group.", { query: RESOURCE_QUERY }),
  op(`GET ${CONNECTOR}/groups/:groupId/members`, "listMembers", "List the members of a group.", {
    query: MEMBERS_QUERY,
  }),
  op(
    `GET ${CONNECTOR}/parked-members`,
    "listParkedMembers",
    "List members that wait for their users.",
    {
      query: PARKED_QUERY,
    },
  ),
  op(`GET ${CONNECTOR}/webhooks`, "listWebhooks", "List a connector's webhooks."),
  op(
    `POST ${CONNECTOR}/webhooks`,
    "createWebhook",
    "Make a webhook; its signing secret is shown this once.",
    { status: 201, body: NEW_WEBHOOK, ...TAGGED },
  ),
  op(`GET ${WEBHOOK}`, "getWebhook", "Read a webhook, and where its deliveries stand.", TAGGED),
  op(`PATCH ${WEBHOOK}`, "changeWebhook", "Change, disable or enable a webhook.", {
    body: CHANGED_WEBHOOK,
    ...TAGGED,
    ...CONDITIONAL,
  }),
  op(`DELETE ${WEBHOOK}`, "deleteWebhook", "Delete a webhook and what it had queued.", {
    status: 204,
    ...CONDITIONAL,
  }),
  op(`POST ${WEBHOOK}/test`, "testWebhook", "Send a test event now, and see the answer."),
  op(`POST ${WEBHOOK}/rotate`, "rotateWebhook", "Make a new secret; both sign for the overlap.", {
    body: SECRET_ROTATION,
    ...TAGGED,
    ...CONDITIONAL,
  }),
  op(`POST ${WEBHOOK}/replay`, "replayWebhook", "Deliver events once more.", {
    status: 202,
    body: REPLAY,
  }),
  op(`GET ${WEBHOOK}/deliveries`, "listDeliveries", "List the newest tries, newest first.", {
    query: DELIVERIES_QUERY,
  }),
  op("GET /refusals", "listRefusals", "Count the requests that named no connector.", {
    query: REFUSAL_QUERY,
  }),
];

/**
 * @param {string} route
 * @param {string} id
 * @param {string} summary
 * @param {Partial<Operation>} [others]
 * @returns {Operation}
 */
function op(route, id, summary, others = {}) {
  return { route, id, summary, status: 200, ...others };
}

/**
 * A call about a bridge that has nothing to say.
 *
 * @param {number} status
 * @param {string} route
 * @param {string} id
 * @param {string} summary
 */
function bare(status, route, id, summary) {
  return op(route, id, summary, { status, body: NOTHING, isBodyOptional: true, ...CONDITIONAL });
}
