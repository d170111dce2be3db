import { ATTRIBUTES } from "../../src/http/admin/attributes.ts";
import { NEW_CLIENT } from "../../src/http/admin/clients.ts";
import { CHANGED_CONNECTOR, LIST_QUERY, NEW_CONNECTOR } from "../../src/http/admin/connectors.ts";
import {
  EVENT_QUERY,
  EXPORT_QUERY,
  HISTORY_QUERY,
  REFUSAL_QUERY,
} from "../../src/http/admin/events.ts";
import { PARKED_QUERY } from "../../src/http/admin/parked-members.ts";
import { SELF_TEST } from "../../src/http/admin/self-test.ts";
import { NEW_TOKEN, ROTATION, UNUSED_QUERY } from "../../src/http/admin/tokens.ts";

/**
 * A call of the admin API: what it is for, and the schemas with which the Worker checks it.
 *
 * @typedef {object} Operation
 * @property {string} route method and path, as Hono has them
 * @property {string} id
 * @property {string} summary
 * @property {number} status of the answer when all is well
 * @property {import("zod/mini").ZodMiniType} [query]
 * @property {import("zod/mini").ZodMiniType} [body]
 * @property {true} [isBodyOptional]
 * @property {string} [type] of the answer, where it is not application/json
 */

const CONNECTOR = "/connectors/:id";

/** @type {readonly Operation[]} */
export const OPERATIONS = [
  op("GET /openapi.json", "getOpenapi", "This document."),

  op("POST /connectors", "createConnector", "Create a connector; its token is shown this once.", {
    status: 201,
    body: NEW_CONNECTOR,
  }),
  op("GET /connectors", "listConnectors", "List connectors, newest first.", { query: LIST_QUERY }),
  op(`GET ${CONNECTOR}`, "getConnector", "Read a connector."),
  op(`PATCH ${CONNECTOR}`, "changeConnector", "Change a connector; settings are merged.", {
    body: CHANGED_CONNECTOR,
  }),
  op(`DELETE ${CONNECTOR}`, "deleteConnector", "Delete a connector; its tokens fail at once.", {
    status: 204,
  }),
  op(`POST ${CONNECTOR}/self-test`, "selfTest", "Play Okta and Entra in a scratch connector.", {
    body: SELF_TEST,
    isBodyOptional: true,
  }),

  op(`GET ${CONNECTOR}/attributes`, "getAttributes", "Read the connector's own attributes."),
  op(`PUT ${CONNECTOR}/attributes`, "putAttributes", "Replace the connector's own attributes.", {
    body: ATTRIBUTES,
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
  op(
    `GET ${CONNECTOR}/parked-members`,
    "listParkedMembers",
    "List members that wait for their users.",
    {
      query: PARKED_QUERY,
    },
  ),
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
