import { describe, expect, test } from "vitest";
import { may } from "../../src/api/caller.tsx";
import { problemOf, wordsOf } from "../../src/api/problem.ts";
import {
  mostOf,
  quantile,
  samplesOf,
  secondsInWords,
  sizeInWords,
  sumOf,
} from "../../src/pages/all/metrics.ts";
import { barOf, latencyInWords } from "../../src/pages/connector/activity.tsx";
import { countsInWords, durationOf } from "../../src/pages/connector/bridge/run-words.ts";
import { concernsOf } from "../../src/pages/connector/concerns.ts";
import { exportUrl } from "../../src/pages/connector/log/export-url.ts";
import { headline } from "../../src/pages/connector/log/headline.ts";
import { groupsOf, readable, rolesOf } from "../../src/pages/connector/users/readable.ts";
import { searchFilter } from "../../src/pages/connector/users/search-filter.ts";
import { arrived } from "../../src/pages/connectors/arrivals.ts";
import { guideFor } from "../../src/pages/connectors/guides.ts";
import { refusedOf } from "../../src/pages/connectors/refusal-bars.tsx";
import { inLines } from "../../src/parts/body-text.tsx";
import { distance } from "../../src/parts/moment.tsx";
import { axisEnd } from "../../src/parts/plot.tsx";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const DAY_MS = 86_400_000;

describe("what a role may do", () => {
  test.each([
    ["admin", true, "admin", "write", true],
    ["operator", true, "admin", "read", false],
    ["operator", true, "operator", "write", true],
    ["admin", false, "operator", "write", false],
    ["admin", false, "admin", "read", true],
    ["directory", true, "feed", "read", false],
  ] as const)(
    "%s, who may write: %s, of what takes %s to %s: %s",
    (role, mayWrite, least, what, expected) => {
      expect(may({ role, mayWrite }, least, what)).toBe(expected);
    },
  );
});

test("a problem is told in the gateway's own words, anything else in ours", () => {
  expect(wordsOf(problemOf(409, { detail: "It is held." }))).toBe("It is held.");
  expect(wordsOf(problemOf(502, "<html>"))).toBe("It answered 502.");
  expect(wordsOf(new TypeError("x is undefined"))).toContain("Reload");
});

describe("the search for people", () => {
  test.each([
    ["", undefined],
    ["ada", 'userName sw "ada" or displayName sw "ada"'],
    ["ada@example.com", 'userName eq "ada@example.com" or emails.value eq "ada@example.com"'],
    [
      '" or id pr or "',
      'userName sw "\\" or id pr or \\"" or displayName sw "\\" or id pr or \\""',
    ],
  ])("%j is the filter %s", (text, filter) => {
    expect(searchFilter(text)).toBe(filter);
  });
});

describe("a user as a person reads it", () => {
  test("has each attribute under its path, values by their type", () => {
    const user = {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      id: "1",
      userName: "ada",
      name: { givenName: "Ada" },
      emails: [{ value: "ada@example.com", type: "work", primary: true }, { value: "a@b.example" }],
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department: "R" },
      groups: [{ value: "g", display: "Engineers" }, { display: "nameless" }],
    };

    expect(readable(user)).toEqual([
      { label: "id", value: "1" },
      { label: "userName", value: "ada" },
      { label: "name.givenName", value: "Ada" },
      { label: "emails (work, primary)", value: "ada@example.com" },
      { label: "emails", value: "a@b.example" },
      { label: "enterprise.department", value: "R" },
    ]);
    expect(groupsOf(user)).toEqual([{ value: "g", display: "Engineers" }]);
    const roles = [{ value: "admin" }, { value: "x", display: "User" }, "admin", { type: "work" }];
    expect(rolesOf({ ...user, roles })).toEqual(["admin", "User"]);
  });
});

describe("what arrives from a provider", () => {
  const request = { method: "GET", path: "/scim/v2/Users", status: 200, resourceType: "User" };

  test.each([
    [{ ...request, status: 401 }, []],
    [{ ...request, method: "ALERT", path: "token.expiring" }, []],
    [{ ...request, path: "/scim/v2/ServiceProviderConfig" }, ["connection"]],
    [{ ...request, path: "/scim/v2/Users?filter=id%20pr" }, ["connection", "lookUp"]],
    [{ ...request, method: "POST", status: 201 }, ["connection", "user"]],
    [{ ...request, method: "POST", status: 409 }, []],
    [{ ...request, method: "POST", status: 201, resourceType: "Group" }, ["connection", "group"]],
  ])("%j ticks %j", (event, ticks) => {
    expect([...arrived([event])]).toEqual(ticks);
  });

  test("goes to the fields of the provider, or to any provider's", () => {
    expect(guideFor("okta").fields.map(({ label }) => label)).toContain("Base URL");
    expect(guideFor("entra").fields.map(({ label }) => label)).toEqual([
      "Tenant URL",
      "Secret Token",
    ]);
    expect(guideFor(null)).toBe(guideFor("__proto__"));
  });
});

describe("requests over time", () => {
  const none = { "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0 };
  const step = {
    time: "2026-11-30T20:00:00.000Z",
    requests: { "2xx": 9, "3xx": 1, "4xx": 2, "5xx": 0 },
    refusals: { "4xx": 3, "5xx": 1 },
    meanLatencyMs: 10,
  };

  test("have callers who were not let in among the refused", () => {
    expect(barOf(step, "hour").amounts).toEqual([9, 1, 5, 1]);
    expect(refusedOf(step)).toBe(6);
    expect(barOf(step, "day").label).toMatch(/30.*\(UTC\)$/);
  });

  test("took so long on average, each request counted once", () => {
    const slow = { ...step, requests: { ...none, "2xx": 36 }, meanLatencyMs: 20 };

    expect(latencyInWords([step, slow])).toMatch(/^A request took 18 ms/);
    expect(latencyInWords([{ ...step, requests: none, meanLatencyMs: null }])).toBe("");
  });

  test.each([
    [0, 1],
    [1, 1],
    [3, 5],
    [6, 10],
    [10, 10],
    [101, 200],
    [999, 1_000],
  ])("up to %d are plotted on an axis that ends at %d", (most, end) => {
    expect(axisEnd(most)).toBe(end);
  });
});

describe("what needs attention", () => {
  const connector: Parameters<typeof concernsOf>[0] = {
    status: "active",
    settings: { staged: false },
    held: 0,
    bridge: null,
    webhooks: { active: 1, disabled: 0, waiting: 0, waitingSince: null },
    lastRequestAt: null,
    lastDay: {
      requests: { "2xx": 1, "3xx": 0, "4xx": 9, "5xx": 0 },
      refusals: { "4xx": 0, "5xx": 0 },
    },
  };
  const disabled = { ...connector, status: "disabled" } as const;
  const ago = (days: number) => new Date(NOW - days * DAY_MS).toISOString();
  const token = {
    id: "t",
    name: "Okta",
    hint: "abc",
    scope: "read-write",
    createdAt: "2026-01-01T00:00:00Z",
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  } as const;
  const titles = (
    seen: Parameters<typeof concernsOf>[0],
    more: Parameters<typeof concernsOf>[1] = {},
  ) => concernsOf(seen, more, NOW).map(({ title }) => title);

  test("is nothing where all is well", () => {
    const tokens = [token, { ...token, expiresAt: new Date(NOW + 31 * DAY_MS).toISOString() }];

    expect(titles(connector, { tokens })).toEqual([]);
  });

  test("is whoever is held, before all else", () => {
    expect(titles({ ...disabled, held: 3 })).toEqual([
      "3 switch-offs are held",
      "This connector is disabled",
    ]);
  });

  const bridge = {
    state: "active",
    paused: false,
    consecutiveFailures: 0,
    lastSucceededAt: ago(0),
  } as const;

  test.each([
    ["The Bridge fails", { bridge: { ...bridge, state: "failed", consecutiveFailures: 2 } }],
    ["The Bridge gave up", { bridge: { ...bridge, state: "disabled" } }],
    ["The Bridge is paused", { bridge: { ...bridge, paused: true, lastSucceededAt: ago(9) } }],
    ["The Bridge is late", { bridge: { ...bridge, lastSucceededAt: ago(1) } }],
    ["The provider has been silent for 8 days", { lastRequestAt: ago(8) }],
    [
      "3 deliveries wait",
      { webhooks: { ...connector.webhooks, waiting: 3, waitingSince: ago(1) } },
    ],
    ["1 webhook is off", { webhooks: { ...connector.webhooks, disabled: 1 } }],
    ["This connector is moving", { moving: { tenant: "acme", since: ago(0) } }],
    [undefined, { bridge, lastRequestAt: ago(30) }],
    [undefined, { lastRequestAt: ago(6) }],
    [undefined, { webhooks: { ...connector.webhooks, waiting: 3, waitingSince: ago(0) } }],
  ] as const)("is %s by its counts %j", (title, counts) => {
    expect(titles({ ...connector, ...counts })).toEqual(title === undefined ? [] : [title]);
  });

  test("is a token about to end, unless it was revoked or has ended", () => {
    const soon = new Date(NOW + 2 * DAY_MS).toISOString();
    const tokens = [
      { ...token, expiresAt: soon },
      { ...token, expiresAt: soon, revokedAt: soon },
      { ...token, expiresAt: new Date(NOW - 1).toISOString() },
    ];

    expect(titles(disabled, { tokens })).toEqual([
      "The token Okta ends in 2 days",
      "This connector is disabled",
    ]);
  });
});

describe("what a run did", () => {
  const counts = {
    seen: 12,
    created: 0,
    updated: 0,
    deactivated: 0,
    reactivated: 0,
    deleted: 0,
    held: 0,
    skipped: 0,
    groupsCreated: 0,
    groupsUpdated: 0,
    groupsDeleted: 0,
    membersAdded: 0,
    membersRemoved: 0,
  };

  test("is told in words without what it did none of", () => {
    expect(countsInWords(counts)).toBe("nothing; 12 seen");
    expect(countsInWords({ ...counts, created: 3, held: 1 })).toBe("3 created, 1 held");
  });

  test("took so long", () => {
    const startedAt = "2026-11-30T12:00:00Z";

    expect(durationOf({ startedAt, finishedAt: "2026-11-30T12:01:05Z" })).toBe("1 min 5 s");
    expect(durationOf({ startedAt, finishedAt: null })).toBe("still going");
  });
});

test("an event has a headline by what it is and how it ended", () => {
  const event = { method: "POST", path: "/scim/v2/Users", status: 201, resourceType: "User" };

  expect(headline(event)).toBe("User created");
  expect(headline({ ...event, status: 409 })).toBe("User not created");
  expect(headline({ ...event, method: "ALERT", path: "bridge.held" })).toBe(
    "Alert: the Bridge holds switch-offs",
  );
  expect(headline({ ...event, method: "ALERT", path: "new.alert" })).toBe("Alert: new.alert");
  expect(headline({ ...event, method: "BRIDGE", status: 202 })).toBe("Switch-off held");
  expect(headline({ ...event, method: "GET", resourceType: null })).toBe("Read");
  const path = "/admin/v1/connectors/1/users/2/deactivate";
  expect(headline({ ...event, path, status: 200 })).toBe("User deactivated");
});

describe("the metrics in words", () => {
  const samples = samplesOf(
    [
      "# TYPE scim_edge_held gauge",
      'scim_edge_held{connector="a"} 2',
      'scim_edge_held{connector="b"} 3',
      'scim_edge_connector_info{connector="a",name="\\"}\\n\\\\x\\" 1",tenant=""} 1',
      'latency_bucket{le="0.01"} 5',
      'latency_bucket{le="0.5"} 9',
      'latency_bucket{le="+Inf"} 10',
      "latency_count 10",
      "database_bytes 1234567",
      "# EOF",
      "",
    ].join("\n"),
  );

  test("are read by name and label, with names of any kind", () => {
    expect(sumOf(samples, "scim_edge_held")).toBe(5);
    expect(sumOf(samples, "scim_edge_held", { connector: "b" })).toBe(3);
    expect(samples.find(({ name }) => name === "scim_edge_connector_info")?.labels).toEqual(
      new Map([
        ["connector", "a"],
        ["name", '"}\n\\x" 1'],
        ["tenant", ""],
      ]),
    );
    expect(mostOf(samples, "none")).toBe(undefined);
  });

  test.each([
    [0.5, 0.01],
    [0.9, 0.5],
    [0.99, undefined],
  ])("say that %d of all requests took at most %s seconds", (share, seconds) => {
    expect(quantile(samples, "latency", share)).toBe(seconds);
  });

  test("have sizes and times that a person reads", () => {
    expect([0, 999, 1_234_567].map(sizeInWords)).toEqual(["0 bytes", "999 bytes", "1.23 MB"]);
    expect([0.025, 90, 3_600, 90_000, 900_000].map(secondsInWords)).toEqual([
      "25 ms",
      "90 s",
      "60 min",
      "25 h",
      "10 days",
    ]);
  });
});

test("a moment is so long ago, in words", () => {
  expect(distance(new Date(NOW - 90 * 60_000).toISOString(), NOW)).toMatch(/1 hour ago/);
  expect(distance(new Date(NOW + 3 * DAY_MS).toISOString(), NOW)).toMatch(/in 3 days/);
});

test("a body that is JSON is set in lines, markup in it stays as it came", () => {
  expect(inLines('{"a":"<img src=x onerror=alert(1)>"}')).toBe(
    '{\n  "a": "<img src=x onerror=alert(1)>"\n}',
  );
  expect(inLines("[not JSON, 31 characters]")).toBe("[not JSON, 31 characters]");
});

test("an export has the filters that the page has, and no other's id gets out of its path", () => {
  expect(exportUrl("a/../b", { status: "4xx", user: undefined, search: "x&y" })).toBe(
    "/admin/v1/connectors/a%2F..%2Fb/events/export?format=csv&status=4xx&search=x%26y",
  );
});
