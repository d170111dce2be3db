import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { forgetInObjects } from "#http/admin/objects/forget-person.ts";
import type { Clock } from "#store/clock.ts";
import { dumpDatabase, dumpDurableObjects } from "#test/support/dump.ts";
import { aUser, type openGateway, TEST_CLOCK, type TestClient } from "#test/support/gateway.ts";
import { runCron } from "../../../src/cron.ts";

type Gateway = ReturnType<typeof openGateway>;

/** Asks the gateway to erase a user of a connector. */
export function erase(gateway: Gateway, client: { readonly id: string }, id: string) {
  return gateway.admin(`/connectors/${client.id}/users/${id}/erase`, { method: "POST" });
}

/** A clock that is so many minutes ahead. */
export function clockIn(minutes: number): Clock {
  return { ...TEST_CLOCK, now: () => Date.now() + minutes * 60_000 };
}

/** Cron, so many minutes from now. */
export async function cronIn(minutes: number, DB: D1Database = env.DB): Promise<void> {
  await runCron({
    databases: { DB },
    clock: clockIn(minutes),
    newId: () => uuidv7(),
    forgetPerson: (erasure) => forgetInObjects(env, erasure),
  });
}

/** Where any of some texts is stored still, in any letter case. */
export async function placesOf(texts: readonly string[]): Promise<readonly string[]> {
  const rows = [...(await dumpDatabase()), ...(await dumpDurableObjects())];
  const found = rows.filter(({ text }) =>
    texts.some((each) => text.toLowerCase().includes(each.toLowerCase())),
  );
  return found.map(({ place, text }) => `${place} ${text}`);
}

/** Texts of one person that stand nowhere else. */
export function aPerson() {
  const mark = crypto.randomUUID().slice(0, 8);
  return {
    mark,
    sourceId: `source-${mark}`,
    login: `login-${mark}@example.com`,
    first: `first-${mark}`,
    last: `last-${mark}`,
    former: `former-${mark}@example.com`,
  };
}

/** A person who is a user of a connector of the person's own, or of one that is given. */
export async function withUser(gateway: Gateway, members: object = {}, known?: TestClient) {
  const person = aPerson();
  const client = known ?? (await gateway.client());
  const { body } = await client.post(aUser({ userName: person.login, ...members }));
  return { person, client, id: String(body.id) };
}
