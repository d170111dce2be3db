import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEV_VARS } from "./dev-vars.js";

const MARKER = "demo.json";

const DEMO_USER = {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: "ada@example.com",
  name: { givenName: "Ada", familyName: "Lovelace" },
  emails: [{ value: "ada@example.com", type: "work", primary: true }],
  active: true,
};

/**
 * Gives what to print once the server answers. The first start with a state folder makes the demo
 * connector; its token is in this text and nowhere else.
 *
 * @param {{ origin: string, stateDir: string, adminToken: string }} server
 */
export async function greeting(server) {
  const marker = join(server.stateDir, MARKER);
  const link = await signInLink(server);
  if (existsSync(marker))
    return laterStart(server.origin, link, JSON.parse(readFileSync(marker, "utf8")));
  const { connector, token } = await makeDemoConnector(server);
  const { pathname } = new URL(connector.scimBaseUrl);
  mkdirSync(server.stateDir, { recursive: true });
  writeFileSync(marker, `${JSON.stringify({ connectorId: connector.id, scimPath: pathname })}\n`);
  return firstStart(server.origin, link, connector, token.secret);
}

/**
 * A link that signs in to the console, once; or the page that asks for the admin token.
 *
 * @param {{ origin: string, adminToken: string }} server
 * @returns {Promise<string>}
 */
async function signInLink({ origin, adminToken }) {
  const response = await fetch(`${origin}/console/session/links`, {
    method: "POST",
    headers: { Authorization: `Bearer ${adminToken}` },
  });
  return response.status === 201 ? (await response.json()).url : `${origin}/console`;
}

/**
 * @param {{ origin: string, adminToken: string }} server
 * @returns {Promise<{ connector: { id: string, scimBaseUrl: string }, token: { secret: string } }>}
 */
async function makeDemoConnector({ origin, adminToken }) {
  const response = await fetch(`${origin}/admin/v1/connectors`, {
    method: "POST",
    headers: { Authorization: `Bearer ${adminToken}`, "Content-Type": "application/json" },
    body: JSON.stringify({ name: "Demo" }),
  });
  if (response.status === 201) return response.json();
  throw new Error(`The demo connector was not made: ${response.status} ${await response.text()}`);
}

/**
 * @param {string} origin
 * @param {string} link
 * @param {{ id: string, scimBaseUrl: string }} connector
 * @param {string} secret
 */
function firstStart(origin, link, connector, secret) {
  return `
scim-edge answers at ${origin}

  Console        ${link}
                 (signs you in once, within 15 minutes)

A demo connector was made. Its token is shown this once:

  SCIM base URL  ${connector.scimBaseUrl}
  Token          ${secret}

Create a user:

  ${createUserLine(connector.scimBaseUrl, secret)}

Read what the gateway logged about it:

  ${adminLine(`${origin}/admin/v1/connectors/${connector.id}/events`)}
`;
}

/**
 * @param {string} origin
 * @param {string} link
 * @param {{ connectorId: string, scimPath: string }} demo
 */
function laterStart(origin, link, { connectorId, scimPath }) {
  const tokens = `${origin}/admin/v1/connectors/${connectorId}/tokens`;
  return `
scim-edge answers at ${origin}

  Console        ${link}
                 (signs you in once, within 15 minutes)
  SCIM base URL  ${origin}${scimPath}
  Admin token    ADMIN_TOKEN in ${DEV_VARS}

Make a new token for the demo connector:

  ${adminLine(`-X POST ${tokens} -H 'Content-Type: application/json' -d '{"name":"Demo"}'`)}
`;
}

/**
 * @param {string} scimBaseUrl
 * @param {string} secret
 */
function createUserLine(scimBaseUrl, secret) {
  const headers = `-H 'Authorization: Bearer ${secret}' -H 'Content-Type: application/scim+json'`;
  return `curl -i -X POST ${scimBaseUrl}/Users ${headers} -d '${JSON.stringify(DEMO_USER)}'`;
}

/**
 * A curl call with the admin token, which the shell reads from its file so that it is never shown.
 *
 * @param {string} rest
 */
function adminLine(rest) {
  const token = `$(grep '^ADMIN_TOKEN=' '${DEV_VARS}' | cut -d= -f2-)`;
  return `curl -s -H "Authorization: Bearer ${token}" ${rest}`;
}
