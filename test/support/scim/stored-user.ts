import { env } from "cloudflare:workers";
import type { ResourceType } from "#scim/attribute.ts";
import type { JsonObject } from "#scim/json.ts";
import { newRecord, withActive } from "#scim/resource/record.ts";
import { normaliseResource } from "#scim/resource/resource.ts";
import { foldDocument } from "#scim/resource/value/folded.ts";
import { commitChanges } from "#store/commit/commit.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { openGateway, TEST_CLOCK } from "#test/support/gateway.ts";

/** Makes a connector and gives the number by which the store knows it. */
export async function connectorNumber(): Promise<ConnectorId> {
  const { id } = await openGateway().connector();
  const number = await env.DB.prepare("SELECT number FROM connectors WHERE id = ?")
    .bind(id)
    .first<ConnectorId>("number");
  if (number === null) throw new Error("The connector was not stored.");
  return number;
}

/** Stores the n-th user as a push would, and gives it as the in-memory interpreter reads it. */
export async function storeUser(
  connectorId: ConnectorId,
  type: ResourceType,
  n: number,
  body: JsonObject,
): Promise<JsonObject> {
  const { document } = normaliseResource(type, body, { strict: false });
  const now = Date.parse("2026-01-01T00:00:00Z") + n * 1_000;
  const id = `01900000-0000-7000-8000-${String(n).padStart(12, "0")}`;
  const record = newRecord(type, id, withActive(document, true), now);
  const event = {
    opId: crypto.randomUUID(),
    at: now,
    method: "POST",
    path: "/Users",
    status: 201,
    latencyMs: 0,
    warnings: [],
    ...NOTHING,
  };
  const write = {
    changes: [{ change: { kind: "create", after: record } as const, type, event }],
    credentialHash: undefined,
    at: now,
    allowDuplicateGroupNames: false,
    uniqueExternalId: false,
  };
  const outcome = await commitChanges(env.DB, connectorId, write, TEST_CLOCK);
  if (outcome.kind !== "committed") throw new Error(`The user was not stored: ${outcome.kind}.`);
  const time = new Date(now).toISOString();
  const meta = { resourceType: "User", created: time, lastModified: time, version: 'W/"1"' };
  return foldDocument(type, { ...JSON.parse(record.documentText), id, meta });
}

const NOTHING = {
  scimType: null,
  clientIp: null,
  userAgent: null,
  credentialId: null,
  resourceType: null,
  resourceId: null,
  userName: null,
  userNameKey: null,
  requestBody: null,
  responseBody: null,
  explanation: null,
  difference: null,
};
