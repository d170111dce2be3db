import { describe, expect, test } from "vitest";
import { may } from "../../src/api/caller.tsx";
import { problemOf, wordsOf } from "../../src/api/problem.ts";
import { countsInWords, durationOf } from "../../src/pages/connector/bridge/run-words.ts";
import { concernsOf } from "../../src/pages/connector/concerns.ts";
import { exportUrl } from "../../src/pages/connector/log/export-url.ts";
import { headline } from "../../src/pages/connector/log/headline.ts";
import { groupsOf, readable } from "../../src/pages/connector/users/readable.ts";
import { searchFilter } from "../../src/pages/connector/users/search-filter.ts";
import { arrived } from "../../src/pages/connectors/arrivals.ts";
import { attentionOf } from "../../src/pages/connectors/attention.ts";
import { guideFor } from "../../src/pages/connectors/guides.ts";
import { refusedIn } from "../../src/pages/connectors/refused-in.ts";
import { inLines } from "../../src/parts/body-text.tsx";
import { distance } from "../../src/parts/moment.tsx";

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

test("what was refused is counted whoever was refused", () => {
  const requests = { "2xx": 1, "3xx": 2, "4xx": 4, "5xx": 8 };

  expect(refusedIn({ requests, refusals: { "4xx": 16, "5xx": 32 } })).toBe(60);
});

test("a connector that needs nobody says nothing, another one says why", () => {
  const webhooks = { active: 1, disabled: 0, waiting: 0, waitingSince: null };
  const bridge = {
    state: "failed",
    paused: true,
    consecutiveFailures: 3,
    lastSucceededAt: null,
  } as const;

  expect(attentionOf({ bridge: null, held: 0, webhooks })).toEqual([]);
  expect(attentionOf({ bridge, held: 2, webhooks: { ...webhooks, disabled: 1 } })).toEqual([
    "2 held",
    "bridge fails",
    "bridge paused",
    "webhook off",
  ]);
});

describe("what needs attention", () => {
  const settings = { staged: false } as const;
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
  const none = { held: 0, bridge: undefined, tokens: [], webhooks: [] };
  const titles = (
    connector: Parameters<typeof concernsOf>[0],
    seen: Parameters<typeof concernsOf>[1],
  ) => concernsOf(connector, seen, NOW).map(({ title }) => title);

  test("is nothing where all is well", () => {
    const tokens = [token, { ...token, expiresAt: new Date(NOW + 31 * DAY_MS).toISOString() }];

    expect(titles({ status: "active", settings }, { ...none, tokens })).toEqual([]);
  });

  test("is whoever is held, before all else", () => {
    expect(titles({ status: "disabled", settings }, { ...none, held: 3 })).toEqual([
      "3 switch-offs are held",
      "This connector is disabled",
    ]);
  });

  test("is a token about to end, unless it was revoked or has ended", () => {
    const soon = new Date(NOW + 2 * DAY_MS).toISOString();
    const tokens = [
      { ...token, expiresAt: soon },
      { ...token, expiresAt: soon, revokedAt: soon },
      { ...token, expiresAt: new Date(NOW - 1).toISOString() },
    ];

    expect(titles({ status: "disabled", settings }, { ...none, tokens })).toEqual([
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
  expect(headline({ ...event, method: "ALERT", path: "bridge.held" })).toBe("Alert: bridge.held");
  expect(headline({ ...event, method: "BRIDGE", status: 202 })).toBe("Switch-off held");
  expect(headline({ ...event, method: "GET", resourceType: null })).toBe("Read");
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
