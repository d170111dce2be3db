import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { feedPage } from "#test/support/changes/feed.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";
import operations from "../../../docs/operations/deploy-and-upgrade.md?raw";

// After a restore by Time Travel the numbers of lost changes must not be given out again: whoever
// read or delivered beyond them would take new changes for ones it knows.

/** The statement that docs/operations/deploy-and-upgrade.md tells the operator to run. */
const SKIP_SEQS = /--command "\n?\s*(INSERT INTO changes [^"]+)"/.exec(operations)?.[1] ?? "";

/** What lies between the restored moment and now: a reader is so many changes ahead of the database. */
const LOST = 5_000;

const gateway = openGateway();

test("a reader who is ahead of a restored database gets the next change and none twice", async () => {
  const client = await gateway.client();
  await client.post(aUser());
  const { body: before } = await feedPage(gateway, client.id);
  const ahead = String(Number(before.next) + LOST);

  await env.DB.prepare(SKIP_SEQS).run();
  const { body: user } = await client.post(aUser());
  const { status, body } = await feedPage(gateway, client.id, { after: ahead });

  expect(status).toBe(200);
  expect(body.items).toMatchObject([{ type: "user.created", resourceId: user.id }]);
  expect(Number(body.items[0].cursor)).toBeGreaterThan(Number(ahead));
});

test("the row that skips numbers shows in no feed", async () => {
  const client = await gateway.client();
  await client.post(aUser());

  await env.DB.prepare(SKIP_SEQS).run();
  const { body } = await feedPage(gateway, client.id);

  expect(body.items).toHaveLength(1);
});
