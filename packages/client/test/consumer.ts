// Runs in a folder of its own, where the packed client is installed and nothing else; prints what it saw.
import { callAdmin, listAdmin } from "scim-edge-client/admin";
import { listUsers } from "scim-edge-client/directory";
import type { ChangeEvent } from "scim-edge-client/events";
import { CursorExpiredError, followChanges } from "scim-edge-client/feed";
import { type Gateway, GatewayError } from "scim-edge-client/gateway";
import { verifyWebhook, WebhookError } from "scim-edge-client/webhooks";

declare const process: { readonly env: Readonly<Record<string, string>> };

const { ORIGIN = "", SECRET = "", DELIVERY = "{}" } = process.env;
const gateway: Gateway = { origin: ORIGIN, key: "sgk_of-the-consumer" };

const users: unknown[] = [];
for await (const { resource } of listUsers(gateway, { tenant: "acme" })) users.push(resource.id);

const followed: ChangeEvent[] = [];
let expired = "";
try {
  for await (const { events } of followChanges(gateway, {}, { after: "0" }))
    followed.push(...events);
} catch (error) {
  if (!(error instanceof CursorExpiredError)) throw error;
  expired = error.message;
}

const names: string[] = [];
for await (const { name } of listAdmin(gateway, "/connectors")) names.push(name);
const path = { id: "c/1" };
const changed = await callAdmin(gateway, "PATCH", "/connectors/{id}", {
  path,
  body: { settings: { strict: true } },
  ifMatch: 'W/"7"',
});
const ended = await callAdmin(gateway, "DELETE", "/connectors/{id}", {
  path,
  query: { users: "keep" },
});
const refused = await callAdmin(gateway, "GET", "/connectors/{id}", { path: { id: "gone" } }).catch(
  (error: unknown) => (error instanceof GatewayError ? [error.status, error.detail] : []),
);

const { headers, body }: { headers: Record<string, string>; body: string } = JSON.parse(DELIVERY);
const secrets = [SECRET];
const delivered = await verifyWebhook(new Headers(headers), body, { secrets });
const forged = await verifyWebhook(new Headers(headers), `${body} `, { secrets }).catch(
  (error: unknown) => error instanceof WebhookError,
);

console.log(
  JSON.stringify({
    users,
    followed: followed.map(({ type }) => type),
    expired,
    names,
    changed: [changed.status, changed.body.settings.strict, changed.etag],
    ended: [ended.status, ended.body ?? null],
    refused,
    delivered: delivered.type,
    forged,
  }),
);
