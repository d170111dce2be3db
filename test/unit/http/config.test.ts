import { describe, expect, test } from "vitest";
import { readAccess } from "#http/access-config.ts";
import { readConfig, type Variables } from "#http/config.ts";
import { readTeam, whomToAsk } from "#http/team.ts";

const ACCESS = {
  ACCESS_TEAM_DOMAIN: "acme.cloudflareaccess.com",
  ACCESS_AUD: "f00d",
  ACCESS_ADMIN_EMAILS: "",
};

describe("Cloudflare Access", () => {
  test.each<[string, Partial<typeof ACCESS>, string]>([
    ["a list that names nobody", { ACCESS_ADMIN_EMAILS: ", ," }, "ACCESS_ADMIN_EMAILS"],
    ["a list of blanks", { ACCESS_ADMIN_EMAILS: " " }, "ACCESS_ADMIN_EMAILS"],
    ["a list of no-break spaces", { ACCESS_ADMIN_EMAILS: "\u00a0" }, "ACCESS_ADMIN_EMAILS"],
    ["a name without a domain", { ACCESS_ADMIN_EMAILS: "boss" }, "boss"],
    ["a pattern", { ACCESS_ADMIN_EMAILS: "*@example.com" }, "*@example.com"],
    ["other separators", { ACCESS_ADMIN_EMAILS: "a@example.com;b@example.com" }, "a@example.com;"],
    ["blanks as separators", { ACCESS_ADMIN_EMAILS: "a@example.com b@example.com" }, "a@example"],
    ["everybody and somebody", { ACCESS_ADMIN_EMAILS: "*,a@example.com" }, "*"],
    ["a team without an audience", { ACCESS_AUD: "" }, "ACCESS_AUD"],
    ["an audience without a team", { ACCESS_TEAM_DOMAIN: "" }, "ACCESS_TEAM_DOMAIN"],
    [
      "administrators without Access",
      { ACCESS_TEAM_DOMAIN: "", ACCESS_AUD: "", ACCESS_ADMIN_EMAILS: "a@example.com" },
      "ACCESS_ADMIN_EMAILS",
    ],
    ["a team as a URL", { ACCESS_TEAM_DOMAIN: "https://acme.cloudflareaccess.com" }, "https://"],
    ["a team's bare name", { ACCESS_TEAM_DOMAIN: "acme" }, "ACCESS_TEAM_DOMAIN"],
    ["an audience with a blank", { ACCESS_AUD: "f00d " }, "ACCESS_AUD"],
  ])("%s refuses to start, and says what is wrong", (_what, changed, named) => {
    expect(() => readAccess({ ...ACCESS, ...changed })).toThrow(named);
  });

  test.each<[string, "everybody" | readonly string[]]>([
    ["", []],
    ["*", "everybody"],
    [" * ,", "everybody"],
    ["Boss@Example.com, b@example.com,", ["boss@example.com", "b@example.com"]],
  ])("ACCESS_ADMIN_EMAILS = %j", (list, expected) => {
    const { administrators } = readAccess({ ...ACCESS, ACCESS_ADMIN_EMAILS: list }) ?? {};

    expect(administrators).toEqual(expected === "everybody" ? expected : new Set(expected));
  });

  test("a team in capitals is the same team", () => {
    const { teamDomain } =
      readAccess({ ...ACCESS, ACCESS_TEAM_DOMAIN: "ACME.cloudflareaccess.com" }) ?? {};

    expect(teamDomain).toBe("acme.cloudflareaccess.com");
  });

  test("nothing set is no Access", () => {
    expect(
      readAccess({ ACCESS_TEAM_DOMAIN: "", ACCESS_AUD: "", ACCESS_ADMIN_EMAILS: "" }),
    ).toBeUndefined();
  });
});

/** What a deployment has when nothing was changed, and no database. */
const VARIABLES = {
  SCIM_BASE_PATHS: "/scim/v2",
  TOKEN_PATHS: "/oauth/token",
  PUBLIC_URL: "",
  ACCESS_TEAM_DOMAIN: "",
  ACCESS_AUD: "",
  ACCESS_ADMIN_EMAILS: "",
  AUDIT_RETENTION_DAYS: "400",
  TEAM_NAME: "",
  TEAM_LOGO: "",
  TEAM_CONTACT: "",
  RATE_LIMITS: "on",
  OPTIMISTIC_WRITES: "on",
  ALLOW_INSECURE_URLS: "",
  ADMIN_TOKEN: "a".repeat(32),
  ENCRYPTION_KEYS: `test:${"A".repeat(43)}`,
};

const read = (changed: Partial<Record<keyof typeof VARIABLES, unknown>>) =>
  // What is bound to a Worker is of any type, whatever is declared.
  readConfig({ ...VARIABLES, ...changed } as Variables);

// Whatever is set and means nothing would weaken the gateway without a word.
describe("a variable that is set but means nothing refuses to start, and is named", () => {
  test.each<[keyof typeof VARIABLES, readonly unknown[]]>([
    [
      "ADMIN_TOKEN",
      [
        "a",
        "a".repeat(31),
        " ".repeat(40),
        `${"a".repeat(40)} b`,
        "ä".repeat(40),
        `${"a".repeat(40)}\n`,
      ],
    ],
    [
      "ENCRYPTION_KEYS",
      ["", undefined, "key", "k1:short", `k1:${"A".repeat(43)},k1:${"B".repeat(43)}`],
    ],
    [
      "PUBLIC_URL",
      [
        " ",
        "scim.example.com",
        "http://scim.example.com",
        "https://scim.example.com/scim/v2",
        "https://scim.example.com/?a=b",
        "https://scim.example.com/?",
        "https://scim.example.com/#a",
        "https://user:secret@scim.example.com",
        "http://localhost.evil.example",
        "ftp://scim.example.com",
        "null",
        undefined,
      ],
    ],
    [
      "SCIM_BASE_PATHS",
      [
        "",
        "scim",
        "/",
        "/scim/v2,",
        "/scim v2",
        "/scim/../v2",
        "/a/./b",
        "/scim?x",
        "/admin/v1",
        "/admin/v1/scim",
        "/v1",
        "/v1/scim",
        "/healthz",
        undefined,
      ],
    ],
    ["TOKEN_PATHS", ["", "token", "/healthz", "/.well-known/jwks.json", "/..", undefined]],
    ["RATE_LIMITS", ["", "no", "On", "off ", "true", true, undefined]],
    ["AUDIT_RETENTION_DAYS", ["", "0", "29", "3651", "400.5", "forever", "-400", true]],
    ["TEAM_NAME", ["a".repeat(101), "Acme\nCorp", true]],
    [
      "TEAM_LOGO",
      [
        "https://acme.example/logo.png",
        "data:text/html;base64,PGI+",
        "data:image/svg+xml,<svg/>",
        'data:image/png;base64,AAAA" onerror="alert(1)',
        "logo.png",
        true,
      ],
    ],
    [
      "TEAM_CONTACT",
      ["acme", "http://acme.example", "javascript:alert(1)", "a@b c@d", "<a@b.example>", true],
    ],
    ["OPTIMISTIC_WRITES", ["", "no", "On", "off ", "true", true]],
    ["ALLOW_INSECURE_URLS", ["on", "Loopback", " ", "true", undefined]],
    ["ACCESS_TEAM_DOMAIN", ["acme.cloudflareaccess.com", undefined]],
    ["ACCESS_AUD", ["f00d", undefined]],
    ["ACCESS_ADMIN_EMAILS", ["a@example.com", "*", ",", undefined]],
  ])("%s", (name, values) => {
    for (const value of values) expect(() => read({ [name]: value })).toThrow(name);
  });

  test("and a secret is not shown", () => {
    const shown = (changed: object) => {
      try {
        read(changed);
        return "started";
      } catch (error) {
        return `${error}`;
      }
    };

    expect(shown({ ADMIN_TOKEN: "hunter2" })).not.toMatch(/hunter2|started/);
    expect(shown({ ENCRYPTION_KEYS: "k1:hunter2" })).not.toMatch(/hunter2|started/);
  });
});

test.each([
  ["https://scim.example.com", "https://scim.example.com"],
  ["https://SCIM.example.com:443/", "https://scim.example.com"],
  ["https://scim.example.com:8443", "https://scim.example.com:8443"],
  ["http://127.0.0.1:8787", "http://127.0.0.1:8787"],
  ["http://localhost:8787/", "http://localhost:8787"],
  ["", undefined],
])("PUBLIC_URL = %j is the origin %s", (text, origin) => {
  expect(read({ PUBLIC_URL: text }).publicUrl).toBe(origin);
});

test.each([
  [undefined, 400],
  ["30", 30],
  ["3650", 3_650],
])("AUDIT_RETENTION_DAYS %j keeps the trail for %j days", (text, days) => {
  expect(read({ AUDIT_RETENTION_DAYS: text }).auditDays).toBe(days);
});

test.each([undefined, ""])(
  "without ADMIN_TOKEN (%j) the gateway starts, and has no admin token",
  (token) => {
    expect(read({ ADMIN_TOKEN: token }).adminToken).toBeUndefined();
  },
);

describe("the team behind a set-up link", () => {
  test("is nobody where nothing is set, also in a wrangler.toml that is older", () => {
    const none = { name: undefined, logo: undefined, contact: undefined };

    expect(readTeam({})).toEqual(none);
    expect(readTeam({ TEAM_NAME: " ", TEAM_LOGO: "", TEAM_CONTACT: "" })).toEqual(none);
    expect(whomToAsk(readTeam({}))).toBe("Ask whoever sent you the link for another one.");
  });

  test.each(["help@acme.example", "https://acme.example/help"])("is asked at %s", (contact) => {
    const logo = "data:image/svg+xml;base64,PHN2Zy8+";
    const team = readTeam({ TEAM_NAME: "Acme", TEAM_LOGO: logo, TEAM_CONTACT: contact });

    expect(team).toEqual({ name: "Acme", logo, contact });
    expect(whomToAsk(team)).toBe(`Ask Acme for another one: ${contact}.`);
  });
});
