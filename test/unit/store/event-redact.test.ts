import { describe, expect, test } from "vitest";
import type { JsonValue } from "#scim/json.ts";
import { resourceTypesWith } from "#scim/schema/custom.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import {
  LOGGED_BODY_BYTES_MAX,
  redactAnswer,
  redactBody,
  redactDifference,
  redactTarget,
  withoutEchoes,
} from "#store/event-log/redact.ts";
import { NOT_KNOWN } from "#store/event-log/redact-json.ts";
import { redactText } from "#store/event-log/redact-text.ts";
import { isSecretName, mayNameSecret } from "#store/event-log/secret-names.ts";
import { DECLARATIONS, STAFF } from "#test/support/scim/declarations.ts";

const TYPES = resourceTypesWith(DECLARATIONS);
const SECRET = "canary-7Hq!x y";

const NAMES = [
  "password",
  "PassWord",
  "newPassword",
  "new_password",
  "userPassword",
  "password.value",
  "passwd",
  "pwd",
  "userPwd",
  "passphrase",
  "pass",
  "userPass",
  "secret",
  "clientSecret",
  "client_secret",
  "token",
  "access_token",
  "refreshToken",
  "api_key",
  "apiKey",
  "API-Key",
  "privateKey",
  "authorization",
  "Proxy-Authorization",
  "credentials",
  "cookie",
  "otp",
  "ｐａｓｓｗｏｒｄ",
  "pässwörd",
  "Kennwort",
  "initialKennwort",
  "motDePasse",
  "mot_de_passe",
  "contraseña",
  "pw",
  "userPw",
  "psw",
  "securityAnswer",
  "sshKey",
  "signature",
  "sig",
  "pass\u200bword",
  "to_ken",
  "se-cret",
  "to\u212aen",
  "\u017fecret",
  "\u{1d429}assword",
  `${CORE_USER}:password`,
  `${ENTERPRISE_USER}:accessToken`,
];

const HARMLESS = [
  "userName",
  "displayName",
  "secretary",
  "compass",
  "shippingAddress",
  "keyboard",
  "author",
  "passport",
  "design",
  "signedUp",
  "answer",
  "x509Certificates",
  "urn:example:tokens:2.0:User",
  "urn:example:secrets:2.0:User:shirtSize",
  "",
];

test.each(NAMES)("%s is the name of a secret", (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each(HARMLESS)("%j is no secret's name", (name) => {
  expect(isSecretName(name)).toBe(false);
});

function logged(value: JsonValue, method = "POST", path = "/scim/v2/Users", text?: string) {
  return redactBody({ method, path, text: text ?? JSON.stringify(value), value, types: TYPES });
}

function patch(operation: JsonValue) {
  return logged({ Operations: [operation] }, "PATCH");
}

test.each([
  ["a user", { userName: "jonas.fischer@example.com", name: { familyName: "Fischer" } }],
  ["who has umlauts and accents", { name: { formatted: "Søren Müller-Núñez", given: "明" } }],
  ["his schemas", { schemas: [CORE_USER, ENTERPRISE_USER], meta: { resourceType: "User" } }],
  ["a group", { displayName: "All staff", members: [{ value: "01a2-3b", type: "User" }] }],
])("%s needs no closer look", (_what, value) => {
  expect(mayNameSecret(JSON.stringify(value))).toBe(false);
});

/** Every place in which a name and its value can come. */
const PLACES: readonly [place: string, logged: (name: string, value: string) => string][] = [
  ["a body", (name, value) => logged({ [name]: value }).text],
  ["an object in a body", (name, value) => logged({ name: { [name]: value } }).text],
  ["a list in a body", (name, value) => logged({ emails: [{ [name]: value }] }).text],
  ["a value that is an object", (name, value) => logged({ [name]: { value } }).text],
  ["a value that is a list", (name, value) => logged({ [name]: [value] }).text],
  ["an extension", (name, value) => logged({ [ENTERPRISE_USER]: { [name]: value } }).text],
  ["an unknown extension", (name, value) => logged({ "urn:x:y": { [name]: value } }).text],
  [
    "JSON within a string",
    (name, value) => logged({ title: JSON.stringify({ [name]: value }) }).text,
  ],
  [
    "JSON within JSON within a string",
    (name, value) =>
      logged({ title: JSON.stringify({ a: JSON.stringify({ [name]: value }) }) }).text,
  ],
  [
    "broken JSON within a string",
    (name, value) => logged({ title: JSON.stringify({ [name]: value }).slice(0, -1) }).text,
  ],
  [
    "cut JSON within a string",
    (name, value) => logged({ title: JSON.stringify({ [name]: value }).slice(0, -2) }).text,
  ],
  ["escaped", (name, value) => logged(JSON.parse(escaped({ [name]: value }))).text],
  ["escaped within a string", (name, value) => logged({ title: escaped({ [name]: value }) }).text],
  ["a body for a list", (name, value) => logged([{ [name]: value }]).text],
  ["a search", (name, value) => logged({ [name]: value }, "POST", "/Users/.search/").text],
  [
    "the filter of a search",
    (name, value) => logged({ filter: `${name} eq "${value}"` }, "POST", "/Users/.search").text,
  ],
  [
    "the data of a Bulk",
    (name, value) => logged({ Operations: [{ data: { [name]: value } }] }, "POST", "/Bulk").text,
  ],
  ["beside a path", (path, value) => patch({ op: "add", path, value }).text],
  ["beside a path in capitals", (Path, Value) => patch({ op: "add", Path, Value }).text],
  ["beside a path that is a list", (name, value) => patch({ op: "add", path: [name], value }).text],
  ["beside a path with a sub-attribute", (n, value) => patch({ path: `${n}.value`, value }).text],
  ["beside a path with a filter", (n, value) => patch({ path: `${n}[type eq "x"]`, value }).text],
  ["in a path's filter", (n, value) => patch({ path: `${n}[value eq "${value}"]`, value: 1 }).text],
  ["in a value path", (n, value) => patch({ path: `emails[${n} eq "${value}"].value` }).text],
  ["a value without a path", (n, value) => patch({ op: "add", value: { [n]: value } }).text],
  ["a dotted key", (n, value) => patch({ op: "add", value: { [`name.${n}`]: value } }).text],
  [
    "a key with a filter",
    (n, value) => patch({ value: { [`${n}[value eq "${value}"]`]: 1 } }).text,
  ],
  ["beside its name", (name, value) => logged({ extra: [{ name, value }] }, "PATCH").text],
  ["a query", (name, value) => target(`/Users?${new URLSearchParams({ [name]: value })}`)],
  ["a query with %20", (name, value) => target(`/Users?${percent(name)}=${percent(value)}`)],
  [
    "a query encoded twice",
    (n, v) => target(`/Users?${percent(percent(n))}=${percent(percent(v))}`),
  ],
  ["a broken query", (n, v) => target(`/Users?x=${percent(`${n} eq "${v}"`)}%`)],
  ["a filter", (n, v) => target(`/Users?${new URLSearchParams({ filter: `${n} eq "${v}"` })}`)],
  [
    "a filter of a value path",
    (n, v) => target(`/Users?filter=${percent(`${n}[value eq "${v}"]`)}`),
  ],
  ["a filter without an end", (n, v) => target(`/Users?filter=${percent(`(${n} sw "${v}`)}`)],
  ["a query of JSON", (n, v) => target(`/Users?q=${percent(JSON.stringify({ [n]: v }))}`)],
  ["a query with brackets", (n, v) => target(`/Users?user[${percent(n)}]=${percent(v)}`)],
  ["a path", (n, v) => target(`/Users/${percent(n)}=${percent(v)}`)],
  ["markup within a string", (n, v) => logged({ title: `<${n}>${v}</${n}>` }).text],
  ["a header", (n, v) => redactText(`curl/8 ${n}=${v}`, 512)],
  [
    "a warning",
    (n, v) => redactText(`The path ${JSON.stringify(`${n}[value eq "${v}"]`)} is none.`, 512),
  ],
  ["a detail", (n, v) => redactAnswer(JSON.stringify({ detail: `No ${n} eq "${v}" here.` }), [])],
  ["an answer", (n, v) => redactAnswer(JSON.stringify({ userName: "a", [n]: v }), [])],
  ["a long answer", (n, v) => redactAnswer(JSON.stringify({ [n]: v, x: "x".repeat(40_000) }), [])],
  ["a difference", (n, v) => JSON.stringify(redactDifference({ [n]: { from: v, to: v } }))],
  ["within a difference", (n, v) => JSON.stringify(redactDifference({ a: { to: [{ [n]: v }] } }))],
];

function target(text: string): string {
  return redactTarget(text, 4_096).text;
}

function percent(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) => `%${byte.toString(16).padStart(2, "0")}`)
    .join("");
}

/** JSON text in which every letter is an escape. */
function escaped(value: JsonValue): string {
  return JSON.stringify(value).replaceAll(
    /[a-z]/gi,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

describe.each(PLACES)("%s", (_place, log) => {
  test.each(NAMES)("keeps nothing of the value of %s", (name) => {
    const text = log(name, SECRET);

    expect(text).not.toMatch(/canary|7Hq|x y/);
    expect(decodeURIComponent(text.replaceAll(/%(?![0-9a-f]{2})/gi, ""))).not.toContain("canary");
  });
});

test.each([
  ["a body", (text: string) => logged({ profileUrl: text }).text],
  ["a query", (text: string) => target(`/Users?filter=${percent(`profileUrl eq "${text}"`)}`)],
])("a password within an address is kept nowhere: %s", (_place, log) => {
  const text = log("https://ada:canary@example.com/a?b=c");

  expect(text).not.toContain("canary");
  expect(text).toContain("ada");
  expect(decodeURIComponent(log("https://example.com/a:b@c"))).toContain("a:b@c");
});

test.each(PLACES.slice(0, 1))("%s keeps what is no secret as it was sent", (_place, log) => {
  expect(log("title", SECRET)).toBe(JSON.stringify({ title: SECRET }));
});

describe("of an attribute that no schema of the connector knows the log keeps the name alone", () => {
  test.each<[string, JsonValue, string, string]>([
    ["a core name", { ssn: SECRET }, "POST", "/Users"],
    ["an object", { ssn: { value: SECRET } }, "POST", "/Users"],
    ["a sub-attribute", { name: { ssn: SECRET } }, "PUT", "/Users/1"],
    ["a sub-attribute in a list", { emails: [{ value: "a@x", ssn: SECRET }] }, "POST", "/Users"],
    ["a dotted name", { "name.ssn": SECRET }, "POST", "/Users"],
    ["an attribute of an extension", { [ENTERPRISE_USER]: { ssn: SECRET } }, "POST", "/Users"],
    [
      "a name under an RFC's URN",
      { "urn:ietf:params:scim:schemas:core:1.0:ssn": { a: SECRET } },
      "POST",
      "/Users",
    ],
    ["a part of a simple attribute", { title: { ssn: SECRET } }, "POST", "/Users"],
    ["an object under the core URN", { [CORE_USER]: { ssn: SECRET } }, "POST", "/Users"],
    ["JSON text", { name: JSON.stringify({ ssn: SECRET }) }, "POST", "/Users"],
    ["a path", { Operations: [{ op: "add", path: "ssn", value: SECRET }] }, "PATCH", "/Users/1"],
    [
      "a URN path",
      { Operations: [{ path: "urn:scim:schemas:core:1.0:ssn", value: SECRET }] },
      "PATCH",
      "/Users/1",
    ],
    ["a sub-path", { operations: [{ PATH: "name.ssn", VALUE: SECRET }] }, "PATCH", "/Users/1"],
    ["a key", { Operations: [{ op: "add", value: { ssn: SECRET } }] }, "PATCH", "/Users/1"],
    ["an operation's member", { Operations: [{ op: "add", ssn: SECRET }] }, "PATCH", "/Users/1"],
    ["a message's member", { Operations: [], ssn: SECRET }, "PATCH", "/Users/1"],
    ["a search's member", { filter: "", ssn: SECRET }, "POST", "/Users/.search"],
    ["a Bulk's data", { Operations: [{ data: { ssn: SECRET } }] }, "POST", "/Bulk"],
  ])("%s", (_what, body, method, path) => {
    const { text } = logged(body, method, path);

    expect(text).not.toContain("canary");
    expect(text).toContain("ssn");
    expect(text).toContain(NOT_KNOWN);
  });

  test("what is known stays as it was sent, in every form that is accepted", () => {
    const body = {
      SCHEMAS: [CORE_USER],
      userName: "ada",
      "name.givenName": "Ada",
      emails: { value: "a@x", primary: "True" },
      title: { value: "Countess" },
      manager: { managerId: "1" },
      [`${ENTERPRISE_USER}:department`]: "Math",
      [CORE_USER]: { nickName: "A" },
      profileField_city: "London",
      [STAFF]: { shirtSize: "M", lockers: [1] },
      members: [{ value: "1", type: "User" }],
    };
    const operations = {
      Operations: [
        { op: "Add", path: 'emails[type eq "work"].value', value: "a@x" },
        { op: "remove", path: "members", value: [{ value: "1" }] },
        { op: "replace", value: { "name.familyName": "L", [ENTERPRISE_USER]: { division: "X" } } },
        { op: "replace", path: ENTERPRISE_USER, value: { costCenter: "1" } },
      ],
    };

    expect(logged(body).text).toBe(JSON.stringify(body));
    expect(logged(operations, "PATCH").text).toBe(JSON.stringify(operations));
  });
});

describe("what the request hid", () => {
  test("is not repeated in what answers it", () => {
    const { hidden } = patch({
      op: "add",
      path: `password[value eq "${SECRET}"]`,
      value: "other-1",
    });

    expect(withoutEchoes(`It says ${SECRET} and "other-1".`, hidden)).not.toMatch(/canary|other/);
  });

  test("nor where a detail cuts it", () => {
    const long = `canary${"x".repeat(300)}`;
    const { hidden } = logged({ password: long });

    expect(withoutEchoes(`It says "${long.slice(0, 128)}…".`, hidden)).toBe(
      'It says "[redacted]…".',
    );
  });

  test("an unquoted value of a filter neither", () => {
    const { hidden } = redactTarget("/Users?filter=password%20eq%20canary", 4_096);

    expect(withoutEchoes('Expected a value, found "canary".', hidden)).not.toContain("canary");
  });
});

describe("a body that is cut", () => {
  const filler = "x".repeat(LOGGED_BODY_BYTES_MAX - 40);

  test.each(Array.from({ length: 60 }, (_, n) => n))(
    "shows no part of a token, %i characters on",
    (n) => {
      const token = `sgw_${"A1".repeat(27)}`;

      const { text } = logged({ title: `${filler}${" ".repeat(n)}`, nickName: token });

      expect(new TextEncoder().encode(text).byteLength).toBeLessThanOrEqual(LOGGED_BODY_BYTES_MAX);
      expect(text).not.toContain("A1");
    },
  );

  test("and is spelt shorter than we would is judged to its end", () => {
    const numbers = `[${"1e20,".repeat(3_000)}1]`;
    const sent = `{"emails":${numbers},"password":"canary"}`;

    expect(logged(JSON.parse(sent), "POST", "/Users", sent).text).not.toContain("canary");
  });

  test("is not even read behind the cut", () => {
    const reads = { count: 0 };
    const members = Array.from({ length: 50_000 }, (_, n) => ({
      get value() {
        reads.count += 1;
        return `${n}`;
      },
    }));

    logged({ members }, "PATCH", "/Groups/1", "x".repeat(4_000_000));

    expect(reads.count).toBeLessThan(5_000);
  });
});

test("a key of the admin API is hidden wherever it stands, as a token is", () => {
  const key = `sgk_${"A1".repeat(27)}`;

  const { text } = logged({ title: `Key: ${key}.`, nickName: key });

  expect(text).toContain("sgk_[redacted]");
  expect(text).not.toContain("A1");
});

test("lists within lists within a string, deeper than any body, end somewhere", () => {
  const deep = `${"[".repeat(20_000)}"canary"${"]".repeat(20_000)}`;

  expect(logged({ title: deep, password: deep }).text).not.toContain("canary");
});

test.each([
  "A wrong token. Put a live token or secret of this connector in place at the provider.",
  'There is no attribute "password". It is left out.',
  "This token is not known here. Check that it was copied whole.",
])("%s is kept: it names a secret and tells none", (text) => {
  expect(redactText(text, 1_024)).toBe(text);
});

describe("an extension that nobody declared is data of its resource", () => {
  test("so that its values are shown, but for those of names that speak of a secret", () => {
    const body = { "urn:x:y:User": { floor: "third", pin: SECRET } };
    const { text } = logged(body, "POST", "/Users");

    expect(text).toContain("third");
    expect(text).not.toContain(SECRET);
  });
});
