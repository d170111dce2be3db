import { expect, test } from "vitest";
import { ScimError } from "#scim/error.ts";
import { matchesFilter } from "#scim/filter/match.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { USER } from "#scim/schema/registry.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { seededRandom } from "#test/support/random.ts";

const FILTERS = 200_000;
const PATCHES = 50_000;

/** A step is one token or one node: a filter may take a few for each of its characters, never more. */
const STEPS_PER_CHARACTER = 4;

const PIECES = [
  ..."( ) [ ] . : \" ' \\ , { } = < >".split(" "),
  ..."and or not AND Or eq ne co sw ew gt ge lt le pr EQ".split(" "),
  ..."userName emails emails.value name.givenName active meta.created schemas manager password".split(
    " ",
  ),
  ..."true false null 0 -1 1e9 1e 00 2026-01-01T00:00:00Z".split(" "),
  ..."__proto__ constructor prototype toString $ref urn: 2.0:User:title".split(" "),
  `${ENTERPRISE_USER}:department`,
  '"work"',
  '"a\\u0000"',
  '"\\ud800"',
  '"😀"',
  'emails[type eq "work"]',
  'userName eq "a"',
  "\u0000",
  "\u202e",
];

const TERMS = [
  'userName eq "a"',
  'emails[type eq "work" and value co "a"]',
  'emails[type eq "work"].value sw "a"',
  "not (title pr)",
  'meta.created gt "2026-01-01T00:00:00Z"',
  'active eq "True"',
  `${ENTERPRISE_USER}:department ne null`,
  '(name.givenName ew "a" or displayName pr)',
];

/** Half of the texts are pieces of the grammar in any order, half are filters with one character less. */
function filterText(random: () => number): string {
  if (random() < 0.5) return nearlyFilter(random);
  const length = 1 + Math.floor(random() * 14);
  const pieces = Array.from({ length }, () => pick(PIECES, random));
  return pieces.join(random() < 0.8 ? " " : "");
}

function nearlyFilter(random: () => number): string {
  const length = 1 + Math.floor(random() * 4);
  const terms = Array.from({ length }, () => pick(TERMS, random));
  const text = terms.join(pick([" and ", " or ", " AND "], random));
  const at = Math.floor(random() * text.length * 2);
  return text.slice(0, at) + text.slice(at + 1);
}

function pick<T>(values: readonly T[], random: () => number): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error("Nothing to pick from.");
  return value;
}

test(`${FILTERS} random filters end in a filter or a ScimError, within their step bound`, () => {
  const random = seededRandom(20_261_122);
  const document: JsonObject = { userName: "a", emails: [{ type: "work", value: "a" }] };
  const faults: string[] = [];
  let parsed = 0;

  for (let n = 0; n < FILTERS; n += 1) {
    const text = filterText(random);
    let steps = 0;
    const onStep = () => {
      steps += 1;
    };
    const outcome = attempt(() => {
      const filter = resolveFilter(USER, parseFilter(text, { onStep }));
      parsed += 1;
      matchesFilter(filter, document);
    });
    if (outcome !== undefined) faults.push(`${JSON.stringify(text)}: ${outcome}`);
    if (steps > STEPS_PER_CHARACTER * text.length + 10) faults.push(`${text}: ${steps} steps`);
  }

  expect(faults).toEqual([]);
  expect(parsed).toBeGreaterThan(FILTERS / 10);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});

const PATHS = [
  ..."userName title active name name.givenName emails emails.value roles manager id meta.created".split(
    " ",
  ),
  ..."groups schemas password nosuch externalId addresses __proto__ constructor.prototype x509Certificates".split(
    " ",
  ),
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  'emails[value co "a"].primary',
  'roles[primary eq "True"].value',
  `${ENTERPRISE_USER}:department`,
  `${ENTERPRISE_USER}:manager`,
  ENTERPRISE_USER,
  "urn:ietf:params:scim:schemas:core:2.0:User:displayName",
  "emails[",
  "emails[type eq",
  "a.b.c.d",
  "",
];

function patchValue(random: () => number, depth = 0): JsonValue {
  const kind = Math.floor(random() * (depth > 2 ? 7 : 10));
  switch (kind) {
    case 0:
      return null;
    case 1:
      return random() < 0.5;
    case 2:
      return pick([0, -1, 1.5, Number.POSITIVE_INFINITY, 2 ** 60], random);
    case 3:
      return pick(
        ["", "a", "True", "work", "a@example.com", "\u0000", "\ud800", "x".repeat(9_000)],
        random,
      );
    case 4:
      return { value: pick(["u1", "", "a"], random), type: "work", primary: random() < 0.5 };
    case 5:
      return [{ value: "u1" }, { value: "u2", type: "home" }];
    case 6:
      return { givenName: "A", familyName: "" };
    case 7:
      return Array.from({ length: 3 }, () => patchValue(random, depth + 1));
    case 8:
      return { [pick(PATHS, random)]: patchValue(random, depth + 1) };
    default:
      return Object.fromEntries([
        [pick(PATHS, random), patchValue(random, depth + 1)],
        ["active", "False"],
      ]);
  }
}

function patchBody(random: () => number): JsonValue {
  const operations = Array.from({ length: Math.floor(random() * 4) }, () =>
    Object.fromEntries([
      ["op", pick(["add", "Replace", "remove", "REMOVE", "move", 1], random)],
      ...(random() < 0.85 ? [["path", pick([...PATHS, null, 7], random)]] : []),
      ...(random() < 0.85 ? [["value", patchValue(random)]] : []),
    ]),
  );
  return random() < 0.97 ? { Operations: operations } : patchValue(random);
}

test(`${PATCHES} random PATCH documents end in a document or a ScimError, and change no input`, () => {
  const random = seededRandom(7_644);
  const document = deepFreeze({
    userName: "ada",
    active: true,
    name: { givenName: "Ada" },
    emails: [{ value: "a@example.com", type: "work", primary: true }],
    [ENTERPRISE_USER]: { department: "R" },
  });
  const faults: string[] = [];
  let applied = 0;

  for (let n = 0; n < PATCHES; n += 1) {
    const body = deepFreeze(patchBody(random));
    const strict = random() < 0.3;
    const outcome = attempt(() => {
      const operations = parsePatchRequest(body, { strict });
      const context = { type: USER, strict, readOnly: { id: "u1", meta: {} } };
      applyPatch(document, operations, context);
      applied += 1;
    });
    if (outcome !== undefined) faults.push(`${JSON.stringify(body)?.slice(0, 400)}: ${outcome}`);
  }

  expect(faults).toEqual([]);
  expect(applied).toBeGreaterThan(PATCHES / 20);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});

/** What went wrong in a run; undefined when it ended, or was refused as a client's mistake. */
function attempt(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof ScimError ? undefined : String(error);
  }
}

function deepFreeze<T extends JsonValue>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const each of Object.values(value)) deepFreeze(each);
    Object.freeze(value);
  }
  return value;
}
