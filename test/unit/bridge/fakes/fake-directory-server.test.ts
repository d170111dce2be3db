import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDirectory } from "#test/support/fake-directory/directory.ts";
import { createFakeProvider, type FakeProvider } from "#test/support/fake-directory/provider.ts";
import { type Served, serve } from "#test/support/fake-directory/server.ts";
import { FAKE_ORIGIN } from "#test/support/fake-directory/source-of.ts";

const KEY = { headers: { "x-api-key": "fake-jumpcloud-api-key" } };
const USERS = "/api/systemusers?limit=100&skip=0&sort=_id";

let fake: FakeProvider;
let served: Served;

beforeEach(async () => {
  const directory = createDirectory({ users: 100 });
  fake = await createFakeProvider({ provider: "jumpcloud", directory });
  served = await serve(fake.handle);
});

afterEach(() => served.close());

function users() {
  return fetch(served.origin + USERS, KEY);
}

function post(path: string, body: unknown) {
  return fetch(served.origin + path, { method: "POST", body: JSON.stringify(body) });
}

describe("a served fake", () => {
  test("breaks the connection before the answer", async () => {
    fake.faults.next("reset");

    await expect(users()).rejects.toThrow("fetch failed");
    expect((await users()).status).toBe(200);
  });

  test("breaks the connection in the middle of the answer", async () => {
    fake.faults.next("cut");

    const answer = await users();

    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });

  test("leaves a request without an answer until the caller gives up", async () => {
    fake.faults.next("hang");
    const caller = new AbortController();

    const answer = fake.fetch(FAKE_ORIGIN + USERS, { ...KEY, signal: caller.signal });
    caller.abort(new Error("given up"));

    await expect(answer).rejects.toThrow("given up");
  });

  test("closes while a request hangs", async () => {
    const other = await serve(() => new Promise(() => {}));
    const answer = fetch(other.origin).catch(() => "closed");

    await other.close();

    expect(await answer).toBe("closed");
  });
});

describe("another process", () => {
  test("changes the directory and looks at it", async () => {
    await post("/_fake/mutate", [
      { op: "add", person: { email: "new@example.com" } },
      { op: "remove", person: 0 },
    ]);

    const model = await fetch(`${served.origin}/_fake/model?from=100`);

    expect(await model.json()).toMatchObject({
      liveUsers: 100,
      people: [{ n: 100, email: "new@example.com" }],
    });
  });

  test("orders faults, and takes them back", async () => {
    await post("/_fake/faults", {
      next: [{ kind: "unavailable", times: null, path: "systemusers" }],
    });
    const first = await users();
    await post("/_fake/faults", { clear: true });
    const second = await users();

    expect([first.status, second.status]).toEqual([503, 200]);
    const stats = await fetch(`${served.origin}/_fake/stats`);
    expect(await stats.json()).toMatchObject({
      requests: 2,
      statuses: { 200: 1, 503: 1 },
      faults: { unavailable: 1 },
    });
  });

  test("starts the script and is told where it answers, and with which credentials", async () => {
    const script = spawn(
      "node_modules/.bin/node",
      [
        "--experimental-transform-types",
        "--disable-warning=ExperimentalWarning",
        "test/support/fake-directory/serve.ts",
        ...["--provider", "scim", "--users", "7", "--fault-rate", "0"],
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const [line] = await once(createInterface(script.stdout), "line");
    const { source, credentials } = JSON.parse(String(line));

    const answer = await fetch(`${source.baseUrl}/Users?count=0`, {
      headers: { Authorization: `Bearer ${credentials.token}` },
    });
    script.kill();
    const [code] = await once(script, "exit");

    expect(await answer.json()).toMatchObject({ totalResults: 7 });
    expect(code).toBe(0);
  });
});
