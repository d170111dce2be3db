import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { putBridge } from "#store/admin/bridges.ts";
import { findConnector } from "#store/admin/connectors.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";
import worker from "../../../src/worker.ts";

/** The bindings of the Worker, but for objects that note by what name they are woken. */
function watchedObjects() {
  const woken: string[] = [];
  const namespace = (kind: string) => ({
    getByName: (name: string) => {
      const note = async () => {
        woken.push(`${kind} ${name}`);
      };
      return { wake: note, poke: note };
    },
  });
  const bindings = { ...env, BRIDGE: namespace("bridge"), WEBHOOK: namespace("webhook") };
  return { woken, bindings: bindings as unknown as Env };
}

test("what the Worker does every minute wakes the bridges and webhooks that are due", async () => {
  const gateway = openGateway();
  const { id, token } = await gateway.connector();
  const { number } = (await findConnector(env.DB, id)) ?? expect.unreachable();
  await putBridge(env.DB, number, { config: "{}", credentials: "" }, { seen: undefined, now: 0 });
  // Before there is a webhook: nothing is delivered here.
  await gateway.scim("/Users", { token, body: aUser() });
  const webhook = await gateway.admin(`/connectors/${id}/webhooks`, {
    body: { url: "https://app.example.com/hook" },
  });
  await env.DB.prepare("UPDATE webhooks SET position = 0").run();
  const { woken, bindings } = watchedObjects();

  await worker.scheduled(createScheduledController(), bindings);

  expect(woken).toContain(`bridge ${id}`);
  expect(woken).toContain(`webhook ${webhook.body.id}`);
});
