import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { breakableDatabase } from "#test/support/d1/faulty-d1.ts";
import { captureConsole } from "#test/support/dump.ts";
import { BUSY, EXPECTED, SECRET, UNKNOWN } from "#test/support/faults/answers.ts";
import {
  ADMIN_CALLS,
  APPLICATION_CALLS,
  aScene,
  type Call,
  SCIM_CALLS,
} from "#test/support/faults/calls.ts";
import { fillIds } from "#test/support/faults/life.ts";
import { openGateway, type TestAnswer } from "#test/support/gateway.ts";
import { openReceiver } from "#test/support/receiver.ts";

// A D1 that is full, has too much to do or is away, at every round trip of every operation.

const plain = openGateway();
let printed: readonly string[] = [];

type Scene = Awaited<ReturnType<typeof aScene>>;

/** A connector with one of everything; webhooks are answered here, and what is printed is kept. */
async function openScene(): Promise<Scene> {
  openReceiver();
  printed = captureConsole();
  return await aScene(plain);
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** An isolate on a D1 of its own to break, and how it is sent a call. */
function openIsolate({ token, ids }: Scene) {
  const breakable = breakableDatabase(env.DB);
  const gateway = openGateway({ db: breakable.db, roundTripsMax: 10 });
  const send = ({ api, method, path, body }: Omit<Call, "name" | "status" | "trips">) => {
    const request = { method, ...(body && { body: fillIds(body, ids) }) };
    const filled = fillIds(path, ids);
    if (api === "admin") return gateway.admin(filled, request);
    if (api === "applications") return gateway.api(filled, request);
    return gateway.scim(filled, { token, ...request });
  };
  return { ...breakable, send };
}

type Isolate = ReturnType<typeof openIsolate>;

/** An isolate that remembers the scene's token and users, so that it writes without a look. */
async function openKnowing(scene: Scene) {
  const isolate = openIsolate(scene);
  for (const path of ["/Users/{user}", "/Users/{leaver}"]) {
    await isolate.send({ api: "scim", method: "GET", path });
  }
  return isolate;
}

/** The answers to a call of which each round trip meets each of the messages, by isolates that know nothing and one that does. */
async function refusalsOf(call: Call, scene: Scene, knowing: Isolate, messages: readonly string[]) {
  const answers: TestAnswer[] = [];
  for (const message of messages) {
    for (let trip = 1; trip <= call.trips; trip += 1) {
      const isolate = openIsolate(scene);
      isolate.breakAt(trip, message);
      answers.push(await isolate.send(call));
    }
    knowing.breakAt(1, message);
    answers.push(await knowing.send(call));
  }
  knowing.repair();
  return answers.map(shown);
}

/** What a client sees of a refusal, with an opaque id replaced, and what D1 stored before it. */
function shown({ status, headers, body, cost }: TestAnswer) {
  const text = JSON.stringify(body).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, "{id}");
  const mediaType = headers.get("Content-Type")?.split(";")[0];
  const retryAfter = headers.get("Retry-After");
  return { status, mediaType, retryAfter, rowsWritten: cost.rowsWritten, body: JSON.parse(text) };
}

describe("a D1 that is full, overloaded or away is 503 with Retry-After, one that fails otherwise 500 with an opaque id; neither stores or tells anything, and the request succeeds afterwards", () => {
  test.each([...SCIM_CALLS, ...ADMIN_CALLS, ...APPLICATION_CALLS])("$api: $name", async (call) => {
    const scene = await openScene();
    const knowing = await openKnowing(scene);

    const busy = await refusalsOf(call, scene, knowing, BUSY);
    const faults = await refusalsOf(call, scene, knowing, UNKNOWN);
    const afterwards = await knowing.send(call);

    const expected = EXPECTED[call.api === "scim" ? "scim" : "admin"];
    expect(busy).toEqual(busy.map(() => expected.busy));
    expect(faults).toEqual(faults.map(() => expected.fault));
    expect(printed.join()).not.toContain(SECRET);
    expect(afterwards.status).toBe(call.status);
  });
});
