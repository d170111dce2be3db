import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  contradictionsIn,
  openDatabase,
  type ServerProcess,
  startServer,
} from "#test/faults/server-process.ts";
import { createConnector } from "#test/faults/webhooks/admin.ts";
import { createWriteLoad } from "#test/faults/write-load.ts";
import { seededRandom } from "#test/support/random.ts";
import { isOwnFault, type RawAnswer, shown, titleAndEmail } from "./answer.ts";
import { BROKEN_REQUESTS, ODD_REQUESTS } from "./broken.ts";
import { Ledger } from "./ledger.ts";
import { ENDINGS, FRAMINGS, runRawClients } from "./mix.ts";
import { exchangesOf } from "./pipeline.ts";
import { askRaw, converse, openHalf, RawClient } from "./raw-client.ts";
import {
  bodyText,
  createUser,
  firstHalf,
  headText,
  largeUserText,
  pathOfName,
  type RawRequest,
  requestText,
} from "./requests.ts";

/** The short form travels with `npm test`; `npm run test:faults` asks for the long one. */
const { seeds, rawClients, writes } =
  process.env.FAULTS === "long"
    ? { seeds: [1, 2, 3, 4, 5], rawClients: 2_000, writes: 2_000 }
    : { seeds: [1, 2], rawClients: 60, writes: 200 };

const ledger = new Ledger();
let stateDir: string;
let server: ServerProcess;
let token: string;

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), "scim-edge-clients-"));
  server = await startServer(stateDir);
  token = (await createConnector(server.origin)).token;
});

afterAll(async () => {
  await server.kill();
  rmSync(stateDir, { recursive: true, force: true });
});

const WAYS = FRAMINGS.flatMap((framing) => ENDINGS.map((ending) => [framing, ending] as const));

test.each(WAYS)("half a body by %s, ended by %s, stores nothing", async (framing, ending) => {
  const userName = ledger.newName();
  const request = createUser(token, userName, framing);
  const client = await RawClient.open(server.port);

  await client.send(`${headText(request)}${firstHalf(bodyText(request))}`);
  client[ending]();

  expect((await client.answers()).filter(isOwnFault)).toEqual([]);
  await expectServed();
  expect(await countOf(userName)).toBe(0);
});

test.each(ENDINGS)("a head that never ends, ended by %s, stores nothing", async (ending) => {
  const userName = ledger.newName();
  const client = await RawClient.open(server.port);

  await client.drip(firstHalf(headText(createUser(token, userName))), 3);
  await expectServed();
  client[ending]();

  expect((await client.answers()).filter(isOwnFault)).toEqual([]);
  await expectServed();
});

test("bodies held open hold nobody up, and those that come in the end are stored", async () => {
  const late = Array.from({ length: 20 }, () => ledger.newName());
  const lost = Array.from({ length: 20 }, () => ledger.newName());
  const open = async (userName: string) => await openHalf(server.port, createUser(token, userName));
  const lateClients = await Promise.all(late.map(open));
  const lostClients = await Promise.all(lost.map(open));

  await expectServed();
  for (const { client } of lostClients) client.hangUp();
  await expectServed();
  const finished = lateClients.map(async ({ client, rest }) => {
    await client.send(rest);
    return (await client.answer())?.status;
  });

  expect(await Promise.all(finished)).toEqual(late.map(() => 201));
  expect(await Promise.all(late.map(countOf))).toEqual(late.map(() => 1));
  expect(await Promise.all(lost.map(countOf))).toEqual(lost.map(() => 0));
  for (const userName of late) ledger.note(userName, "stored");
  for (const { client } of lateClients) client.hangUp();
});

const DRIPS = FRAMINGS.flatMap((framing) => [1, 7, 64].map((size) => [framing, size] as const));

test.each(DRIPS)(
  "a request by %s that drips in pieces of %i is stored once",
  async (framing, size) => {
    const userName = ledger.newName();
    const client = await RawClient.open(server.port);

    await client.drip(requestText(createUser(token, userName, framing)), size);
    const answer = await client.answer();
    client.hangUp();

    expect(answer?.status).toBe(201);
    expect(await countOf(userName)).toBe(1);
    ledger.note(userName, "stored");
  },
);

test("a POST whose answer nobody read is done wholly or not at all, and can be repeated", async () => {
  const userNames = Array.from({ length: 30 }, () => ledger.newName());

  const statuses = userNames.map(async (userName, number) => {
    const bytes = requestText(createUser(token, userName, FRAMINGS[number % 2]));
    await leaveUnread(bytes, number % 3);
    return (await askRaw(server.port, bytes))?.status;
  });

  expect([201, 409]).toEqual(expect.arrayContaining(await Promise.all(statuses)));
  expect(await Promise.all(userNames.map(countOf))).toEqual(userNames.map(() => 1));
  for (const userName of userNames) ledger.note(userName, "stored");
});

test("a PATCH whose answer nobody read is done wholly or not at all", async () => {
  const userNames = Array.from({ length: 15 }, () => ledger.newName());
  const paths = await Promise.all(userNames.map(async (name) => `/Users/${await create(name)}`));
  const value = JSON.stringify({ title: "Countess", emails: [{ value: "ada@example.com" }] });
  const body = `{"Operations":[{"op":"replace","value":${value}}]}`;

  const patches = paths.map(async (path, number) => {
    await leaveUnread(requestText({ method: "PATCH", path, token, body }), number % 3);
  });
  await Promise.all(patches);
  await expectServed();

  // That a version is the number of changes is looked at when the server is stopped.
  const before = userNames.map((name) => [undefined, name]);
  const after = userNames.map(() => ["Countess", "ada@example.com"]);
  const found = await Promise.all(
    paths.map(async (path) => titleAndEmail(await ask({ method: "GET", path, token }))),
  );
  expect([...before, ...after]).toEqual(expect.arrayContaining(found));
});

test("a large list that is read slowly or never holds nobody up, and comes whole", async () => {
  const { token: listed } = await createConnector(server.origin);
  // Just under the 4 MB at which a page ends.
  const userNames = Array.from({ length: 38 }, (_, number) => `large-${number}@example.com`);
  const created = userNames.map((name) =>
    ask({ ...createUser(listed, name), body: largeUserText(name) }),
  );
  expect((await Promise.all(created)).map((answer) => answer?.status)).toEqual(
    userNames.map(() => 201),
  );
  const list = requestText({ method: "GET", path: "/Users?count=1000", token: listed });

  const clients = await Promise.all(Array.from({ length: 6 }, () => RawClient.open(server.port)));
  const [slow, ...others] = clients;
  await Promise.all(clients.map((client) => client.send(list)));
  await expectServed();
  for (const other of others) other.reset();
  for (let piece = 0; piece < 5; piece += 1) {
    await slow?.receive();
    await expectServed();
  }
  const answer = await slow?.answer();
  slow?.hangUp();

  expect(answer?.status).toBe(200);
  const { Resources } = JSON.parse(answer?.body ?? "") as { Resources: { userName: string }[] };
  expect(Resources.map(({ userName }) => userName).sort()).toEqual(userNames.sort());
});

test.each(BROKEN_REQUESTS)("%s is refused or cut off, and stores nothing", async (_, bytesOf) => {
  const userName = ledger.newName();

  const answers = await converse(server.port, bytesOf(token, userName));

  expect(answers.filter(({ status }) => status < 400)).toEqual([]);
  expect(answers.filter(isOwnFault)).toEqual([]);
  await expectServed();
  expect(await countOf(userName)).toBe(0);
});

test.each(ODD_REQUESTS)("of %s the answer says whether it is stored", async (_, bytesOf) => {
  const userName = ledger.newName();

  const answers = await converse(server.port, bytesOf(token, userName));

  const created = answers.filter(({ status }) => status === 201).length;
  expect(answers.filter(isOwnFault)).toEqual([]);
  await expectServed();
  expect(await countOf(userName)).toBe(created);
  ledger.note(userName, created === 1 ? "stored" : "never");
});

test("a client that expects 100 Continue is answered when it sends its body unasked", async () => {
  const userName = ledger.newName();
  const request = { ...createUser(token, userName), fields: ["Expect: 100-continue"] };
  const client = await RawClient.open(server.port);

  await client.send(headText(request));
  await expectServed();
  await client.send(bodyText(request));
  const answer = await client.answer();
  client.hangUp();

  expect([201, 417]).toContain(answer?.status);
  const created = answer?.status === 201 ? 1 : 0;
  expect(await countOf(userName)).toBe(created);
  ledger.note(userName, created === 1 ? "stored" : "never");
});

test.each([1_000_000, 333, 10])(
  "requests of two connectors on one connection, in pieces of %i, get their own answers",
  async (size) => {
    const tokens = [token, (await createConnector(server.origin)).token] as const;
    const exchanges = Array.from({ length: 10 }, (_, number) =>
      exchangesOf(ledger, tokens, number),
    ).flat();
    const client = await RawClient.open(server.port);

    const sending = client.drip(
      exchanges.map(({ request }) => requestText(request)).join(""),
      size,
    );
    const seen: unknown[] = [];
    while (seen.length < exchanges.length) seen.push(shown(await client.answer()));
    await sending;
    client.hangUp();

    expect(seen).toEqual(exchanges.map(({ expected }) => expected));
  },
);

test("a random crowd of broken clients costs no acknowledged write and leaves no contradiction", async () => {
  for (const seed of seeds) {
    const load = await createWriteLoad(server.origin, seed);
    const crowd = { port: server.port, token, ledger, random: seededRandom(seed) };

    await Promise.all([load.run(server.origin, writes), runRawClients(crowd, rawClients)]);

    expect(load.acknowledged()).toBeGreaterThanOrEqual(writes);
    expect(await load.verify(server.origin)).toEqual([]);
  }

  await expectServed();
  // The last test of the file: the database is that of all of them.
  await server.kill();
  expect(contradictionsIn(stateDir)).toEqual([]);
  const database = openDatabase(stateDir);
  expect(ledger.differences(database)).toEqual([]);
  database.close();
});

/** A write of somebody else, which is answered as usual. */
async function expectServed(): Promise<void> {
  const userName = ledger.newName();
  const answer = await ask(createUser(token, userName));
  expect(shown(answer)).toEqual({ status: 201, of: userName });
  ledger.note(userName, "stored");
}

async function create(userName: string): Promise<string> {
  const answer = await ask(createUser(token, userName));
  const { id } = JSON.parse(answer?.body ?? "") as { id: string };
  ledger.note(userName, "stored");
  return id;
}

async function ask(request: RawRequest): Promise<RawAnswer | undefined> {
  return await askRaw(server.port, requestText(request));
}

/** How many users of a name the connector has. */
async function countOf(userName: string): Promise<number> {
  const answer = await ask({ method: "GET", path: pathOfName(userName), token });
  const { totalResults } = JSON.parse(answer?.body ?? "") as { totalResults: number };
  return totalResults;
}

/** Sends a whole request and breaks the connection off: at once, or behind so many writes of others. */
async function leaveUnread(bytes: string, others: number): Promise<void> {
  const client = await RawClient.open(server.port);
  await client.send(bytes);
  for (let other = 0; other < others; other += 1) await expectServed();
  client.reset();
}
