import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { exportResponse } from "#http/admin/call/export.ts";
import { EVENT_LINES } from "#http/admin/events/export.ts";
import type { StoredEvent } from "#store/event-log/list.ts";
import { aUser, openGateway, type TestClient } from "#test/support/gateway.ts";

let now = Date.parse("2026-01-01T00:00:00Z");
const clock = {
  now: () => {
    now += 1;
    return now;
  },
};
const gateway = openGateway({ clock });

function exported(client: TestClient, query = "") {
  return gateway.admin(`/connectors/${client.id}/events/export${query}`);
}

/** The cells of RFC 4180 text, line by line. */
function parseCsv(text: string): string[][] {
  const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)];
  const lines: string[][] = [[]];
  for (const [, quoted, plain, end] of cells) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === "\r\n") lines.push([]);
  }
  return lines.slice(0, -1);
}

function anEvent(members: Partial<StoredEvent>): StoredEvent {
  return {
    opId: "",
    at: 0,
    method: "GET",
    path: "/",
    status: 200,
    scimType: null,
    latencyMs: 0,
    clientIp: null,
    userAgent: null,
    credentialId: null,
    actor: null,
    resourceType: null,
    resourceId: null,
    userName: null,
    requestBody: null,
    responseBody: null,
    warnings: "[]",
    difference: null,
    explanation: null,
    count: 1,
    ...members,
  };
}

/** Puts so many events into a connector's log by SQL. */
async function fillEvents(connectorId: string, count: number): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)
     INSERT INTO events (connector_id, op_id, at, method, path, status, latency_ms, warnings)
     SELECT (SELECT number FROM connectors WHERE id = ?1), printf('01900000-0000-7000-8000-%012x', n),
       1700000000000 + n, 'GET', '/scim/v2/Users/' || n, 200, 1, '[]' FROM numbers`,
  )
    .bind(connectorId, count)
    .run();
}

describe("as NDJSON", () => {
  test("is a file of one event a line, as the list shows them", async () => {
    const client = await gateway.client();
    await client.post(aUser({ userName: "ada" }));
    await client.post(aUser({ userName: "Ada", title: "line\nbreak" }));
    const listed = await gateway.admin(`/connectors/${client.id}/events`);

    const answer = await exported(client, "?format=ndjson");

    const lines: string[] = answer.body.split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line))).toEqual(listed.body.items);
    expect(answer.headers.get("Content-Type")).toBe("application/x-ndjson");
    expect(answer.headers.get("Content-Disposition")).toBe(
      `attachment; filename="events-${client.id}.ndjson"`,
    );
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
  });

  test("is what a client gets that names no format", async () => {
    const client = await gateway.client();

    const answer = await exported(client);

    expect(answer.headers.get("Content-Type")).toBe("application/x-ndjson");
    expect(answer.body).toBeUndefined();
  });

  test.each([499, 500, 501, 1_203])("holds all of %i events once", async (count) => {
    const client = await gateway.client();
    await fillEvents(client.id, count);

    const { body } = await exported(client);

    const paths = body
      .trimEnd()
      .split("\n")
      .map((line: string) => JSON.parse(line).path);
    expect(new Set(paths).size).toBe(count);
    expect(paths).toHaveLength(count);
  });

  test("holds what the filters leave, from beyond the first window too", async () => {
    const client = await gateway.client();
    await client.post(aUser({ userName: "bob" }));
    await fillEvents(client.id, 12_000);

    const { body } = await exported(client, "?search=%2Fusers%2F1200");

    // 1200, and 12000: the first and the last of the walk.
    expect(body.trimEnd().split("\n")).toHaveLength(2);
  });

  test("reads a page only when its client has taken the last one, and none for a client that left", async () => {
    let pages = 0;
    const response = await exportResponse("ndjson", "events", EVENT_LINES, async () => {
      pages += 1;
      return { items: [anEvent({ requestBody: "x".repeat(100_000) })], beforeId: "more" };
    });
    const reader = response.body?.getReader();

    const first = await reader?.read();
    const pagesRead = pages;
    await reader?.cancel();

    expect(first?.value?.length).toBeGreaterThan(100_000);
    expect(pagesRead).toBeLessThanOrEqual(3);
    expect(pages).toBe(pagesRead);
  });
});

describe("as CSV", () => {
  test("has a header, CRLF line ends and a line for each event", async () => {
    const client = await gateway.client();
    const created = await client.post(aUser({ userName: "ada" }));

    const answer = await exported(client, "?format=csv");

    const [header, row, ...others] = parseCsv(answer.body);
    const event = Object.fromEntries((header ?? []).map((name, at) => [name, row?.[at]]));
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      method: "POST",
      path: "/scim/v2/Users",
      status: "201",
      scimType: "",
      resourceId: created.body.id,
      userName: "ada",
      responseBody: JSON.stringify(created.body),
      warnings: "[]",
      difference: JSON.stringify({ userName: { to: "ada" }, active: { to: true } }),
      explanation: "",
    });
    expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.headers.get("Content-Disposition")).toBe(
      `attachment; filename="events-${client.id}.csv"`,
    );
  });

  test.each([
    ['=HYPERLINK("http://evil")', `'=HYPERLINK("http://evil")`],
    ["+1", "'+1"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["＝1", "'＝1"],
    ["a;=1", "a;'=1"],
    ["a; \u00a0+1", "a;' \u00a0+1"],
  ])("makes no formula of a userName %s", async (userName, cell) => {
    const client = await gateway.client();
    await client.post(aUser({ userName }));

    const { body } = await exported(client, "?format=csv");

    expect(parseCsv(body)[1]).toContain(cell);
  });

  test("makes no formula of a User-Agent", async () => {
    const client = await gateway.client();
    await client.call("/Users", { headers: { "User-Agent": "=cmd|' /C calc'!A0" } });

    const { body } = await exported(client, "?format=csv");

    expect(parseCsv(body)[1]).toContain("'=cmd|' /C calc'!A0");
  });

  test("keeps quotes, commas and umlauts of a name", async () => {
    const client = await gateway.client();
    const userName = 'Müller, "Ada"';
    await client.post(aUser({ userName }));

    const { body } = await exported(client, "?format=csv");

    expect(parseCsv(body)[1]).toContain(userName);
  });

  test("of no events is the header alone", async () => {
    const client = await gateway.client();

    const { body } = await exported(client, "?format=csv&status=5xx");

    expect(parseCsv(body)).toHaveLength(1);
  });
});

test.each(["format=xml", "limit=5", "cursor=x", "nosuch=1", "format=csv&format=csv"])(
  "an export with %s is 400",
  async (query) => {
    const client = await gateway.client();

    expect((await exported(client, `?${query}`)).status).toBe(400);
  },
);

test("an export of another connector's events is not to be had", async () => {
  const owner = await gateway.client();
  const stranger = await gateway.client();
  const { body: user } = await owner.post(aUser());

  const { body } = await exported(stranger, `?user=${user.id}`);

  expect(body).toBeUndefined();
});

test("an export without the admin token is 401", async () => {
  const client = await gateway.client();

  const answer = await gateway.admin(`/connectors/${client.id}/events/export`, { token: "no" });

  expect(answer.status).toBe(401);
});
