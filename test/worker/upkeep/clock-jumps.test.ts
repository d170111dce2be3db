import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { allEvents } from "#test/support/changes/feed.ts";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import { cursorPages, idsIn } from "#test/support/scim/pages.ts";
import {
  HOUR_MS,
  isolate,
  JUMPS_MS,
  type JumpingClock,
  MINUTE_MS,
  steerClock,
  writeAcrossJumps,
  YEAR_MS,
} from "#test/support/upkeep/jumping-clock.ts";

// The clocks of isolates differ, and any of them may be set forwards or back between two requests.

let clock: JumpingClock;

beforeEach(() => {
  clock = steerClock();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const title = (text: string) => aPatch({ op: "replace", path: "title", value: text });

/** The ids of a connector's events, read in pages of three. */
async function eventIds(connector: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const query: string = `method=POST&limit=3&cursor=${cursor}`;
    const { body } = await openGateway().admin(`/connectors/${connector}/events?${query}`);
    ids.push(...body.items.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor;
  }
  return ids;
}

describe.each([
  ["one isolate", [0]],
  ["isolates that are minutes apart", [0, 7 * MINUTE_MS, -7 * MINUTE_MS]],
])("while the clock of %s jumps", (_who, offsets) => {
  const opened = () => offsets.map((offMs) => isolate(clock, offMs));

  test("each version follows the one before it, and the feed has the order of the writes", async () => {
    const { client, id, created, versions } = await writeAcrossJumps(clock, opened());

    const feed = await allEvents(openGateway(), client.id, 4);

    const told = feed.map(({ resourceId }) => resourceId);
    const cursors = feed.map(({ cursor }) => Number(cursor));
    expect(versions).toEqual(JUMPS_MS.map((_, n) => `W/"${n + 2}"`));
    expect(told).toEqual([id, ...created.flatMap((user) => [user, id])]);
    expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
    expect(new Set(cursors).size).toBe(cursors.length);
    expect(await contradictions()).toEqual([]);
  });

  test("every user and every event is on one page of its list, and on one alone", async () => {
    const { client, id, created } = await writeAcrossJumps(clock, opened());

    const byCursor = idsIn(...(await cursorPages(client, { query: { count: "3" } })));
    const byIndex: string[] = [];
    for (let start = 1; start <= created.length + 1; start += 3)
      byIndex.push(...idsIn(await client.call(`/Users?count=3&startIndex=${start}`)));
    const events = await eventIds(client.id);

    expect(byCursor.toSorted()).toEqual([id, ...created].sort());
    expect(byIndex).toEqual(byCursor);
    expect(events).toHaveLength(created.length + 1);
    expect(new Set(events).size).toBe(events.length);
  });
});

describe("a token that ends in two minutes", () => {
  async function endingToken() {
    const { id } = await isolate(clock).connector();
    const expiresAt = new Date(clock.now + 2 * MINUTE_MS).toISOString();
    const { body } = await isolate(clock).admin(`/connectors/${id}/tokens`, {
      body: { expiresAt },
    });
    return body.secret as string;
  }

  test("is judged by each isolate's own clock", async () => {
    const token = await endingToken();

    const answers = [
      await isolate(clock, -5 * MINUTE_MS).scim("/Users", { token }),
      await isolate(clock).scim("/Users", { token }),
      await isolate(clock, 5 * MINUTE_MS).scim("/Users", { token }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 401]);
  });

  test("is refused after a jump by the isolate that remembers it as good, and good after the jump back", async () => {
    const token = await endingToken();
    const here = isolate(clock);
    const { id } = (await here.scim("/Users", { token, body: aUser() })).body;
    const patch = (text: string) =>
      here.scim(`/Users/${id}`, { token, method: "PATCH", body: title(text) });

    const statuses: number[] = [];
    for (const jump of [0, HOUR_MS, 0, -HOUR_MS, YEAR_MS, 0]) {
      clock.jump = jump;
      statuses.push((await patch(`jump ${jump}`)).status);
    }

    expect(statuses).toEqual([200, 401, 200, 200, 401, 200]);
  });
});

test("an OAuth token of an isolate that is five minutes behind ends five minutes early", async () => {
  const { id } = await isolate(clock).connector();
  const { body: made } = await isolate(clock).admin(`/connectors/${id}/clients`, { body: {} });
  const form = { grant_type: "client_credentials", client_id: made.clientId };
  const body = new URLSearchParams({ ...form, client_secret: made.clientSecret });
  const request = new Request("https://scim.example.com/oauth/token", { method: "POST", body });
  const { body: granted } = await isolate(clock, -5 * MINUTE_MS).send(request);
  const token = granted.access_token;

  const statuses: number[] = [];
  for (const jump of [0, -HOUR_MS, 54 * MINUTE_MS, 56 * MINUTE_MS, YEAR_MS, 0]) {
    clock.jump = jump;
    statuses.push((await isolate(clock).scim("/Users", { token })).status);
  }

  expect(statuses).toEqual([200, 200, 200, 401, 401, 200]);
});

describe("what an isolate remembers from before its clock went back", () => {
  async function aMemory() {
    const here = isolate(clock);
    const client = await here.client();
    const { id } = (await client.post(aUser())).body;
    clock.jump = -HOUR_MS;
    const away = (path: string, request: object) =>
      isolate(clock).scim(path, { token: client.token, ...request });
    return { client, id, away };
  }

  test("decides nothing that another isolate made untrue", async () => {
    const { client, id, away } = await aMemory();
    const body = aPatch({ op: "replace", path: "nickName", value: "Annie" });
    await away(`/Users/${id}`, { method: "PATCH", body });

    const answer = await client.patch(id, title("Dr"));

    expect(answer.body).toMatchObject({ title: "Dr", nickName: "Annie" });
    expect(answer.body.meta.version).toBe('W/"3"');
  });

  test("lets no token in that was revoked since", async () => {
    const { client, id } = await aMemory();
    const [token] = (await isolate(clock).admin(`/connectors/${client.id}/tokens`)).body.items;
    await isolate(clock).admin(`/connectors/${client.id}/tokens/${token.id}`, { method: "DELETE" });

    expect((await client.patch(id, title("Dr"))).status).toBe(401);
  });
});
