import { describe, expect, test } from "vitest";
import { createToken } from "#credentials/token.ts";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";

const gateway = openGateway();

const CHUNK_BYTES = 16 * 1024;
/** 64 KB, and what the runtime had taken from the stream by then. */
const READ_BYTES_MAX = 64 * 1024 + 3 * CHUNK_BYTES;

const DOORS: readonly (readonly [method: string, path: string])[] = [
  ["POST", "/Users"],
  ["PUT", "/Users/x"],
  ["PATCH", "/Users/x"],
  ["POST", "/Groups"],
  ["PUT", "/Groups/x"],
  ["PATCH", "/Groups/x"],
  ["POST", "/Bulk"],
  ["POST", "/.search"],
  ["POST", "/Users/.search"],
];

/** A body of so many bytes in chunks, and how many of them were asked for. */
function counted(bytes: number) {
  const read = { bytes: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (read.bytes >= bytes) return controller.close();
        read.bytes += CHUNK_BYTES;
        controller.enqueue(new Uint8Array(CHUNK_BYTES).fill(32));
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, read };
}

function send(method: string, path: string, headers: Record<string, string>, body: ReadableStream) {
  const url = path.startsWith("/admin") || path.startsWith("/oauth") ? path : `/scim/v2${path}`;
  return gateway.send(new Request(`https://scim.example.com${url}`, { method, headers, body }));
}

async function revoked(client: TestClient): Promise<string> {
  const tokens = `/connectors/${client.id}/tokens`;
  const [{ id }] = (await gateway.admin(tokens)).body.items;
  await gateway.admin(`${tokens}/${id}`, { method: "DELETE" });
  return client.token;
}

async function disabled(client: TestClient): Promise<string> {
  const body = { status: "disabled" };
  await gateway.admin(`/connectors/${client.id}`, { method: "PATCH", body });
  return client.token;
}

const STRANGERS: readonly (readonly [string, (client: TestClient) => Promise<string>, number])[] = [
  ["a token that nobody has", async () => (await createToken()).secret, 401],
  ["a revoked token", revoked, 401],
  ["a token of a disabled connector", disabled, 403],
];

describe.each(DOORS)("%s %s", (method, path) => {
  test.each(STRANGERS)("of %s is refused after 64 KB", async (_what, tokenOf, status) => {
    const token = await tokenOf(await gateway.client());
    const { stream, read } = counted(1024 * 1024);

    const answer = await send(method, path, { Authorization: `Bearer ${token}` }, stream);

    expect(answer.status).toBe(status);
    expect(read.bytes).toBeLessThanOrEqual(READ_BYTES_MAX);
  });

  test("of a stranger that announces its size is refused unread", async () => {
    const { secret } = await createToken();
    const { stream, read } = counted(200 * 1024);
    const headers = { Authorization: `Bearer ${secret}`, "Content-Length": String(200 * 1024) };

    const answer = await send(method, path, headers, stream);

    expect(answer.status).toBe(401);
    expect(read.bytes).toBeLessThanOrEqual(CHUNK_BYTES);
  });

  test("of a token with a wrong checksum is refused unread, without a query", async () => {
    const { secret } = await createToken();
    const { stream, read } = counted(1024 * 1024);
    const token = `${secret.slice(0, -1)}${secret.endsWith("0") ? "1" : "0"}`;

    const answer = await send(method, path, { Authorization: `Bearer ${token}` }, stream);

    expect(answer.status).toBe(401);
    expect(answer.cost.roundTrips).toBe(0);
    expect(read.bytes).toBe(0);
  });
});

test("an admin body of a stranger is not read", async () => {
  const { stream, read } = counted(1024 * 1024);
  const headers = { Authorization: "Bearer wrong", "Content-Type": "application/json" };

  const answer = await send("POST", "/admin/v1/connectors", headers, stream);

  expect(answer.status).toBe(401);
  expect(read.bytes).toBe(0);
});

test("of a token request no more than 8 KB are read", async () => {
  const { stream, read } = counted(1024 * 1024);
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };

  const answer = await send("POST", "/oauth/token", headers, stream);

  expect(answer.status).toBe(400);
  expect(read.bytes).toBeLessThanOrEqual(3 * CHUNK_BYTES);
});

describe("a known caller's body over 64 KB", () => {
  /** Beyond 64 KB by white space, which is read and parsed like any other. */
  const large = (body: object) => JSON.stringify(body).padEnd(100 * 1024, " ");

  test("costs one round trip more, and none where the isolate remembers the caller", async () => {
    const first = openGateway();
    const { token } = await gateway.connector();

    const [strange, known, small] = [
      await first.scim("/Users", { token, body: large(aUser()) }),
      await first.scim("/Users", { token, body: large(aUser()) }),
      await openGateway().scim("/Users", { token, body: aUser() }),
    ];

    expect([strange.status, known.status, small.status]).toEqual([201, 201, 201]);
    expect([strange, known, small].map(({ cost }) => cost.roundTrips)).toEqual([3, 1, 2]);
  });

  test("is stored whole", async () => {
    const client = await gateway.client();
    const title = "t".repeat(8_000);
    const { body: user } = await client.post(aUser({ title }));

    const patch = aPatch({ op: "replace", path: "title", value: title.toUpperCase() });
    const answer = await openGateway().scim(`/Users/${user.id}`, {
      method: "PATCH",
      token: client.token,
      body: large(patch),
    });

    expect(answer).toMatchObject({ status: 200, body: { title: title.toUpperCase() } });
  });
});
