import { describe, expect, test } from "vitest";
import type { JsonObject } from "#scim/json.ts";
import entra from "#test/fixtures/bridge/entra.json";
import google from "#test/fixtures/bridge/google.json";
import jumpcloud from "#test/fixtures/bridge/jumpcloud.json";
import okta from "#test/fixtures/bridge/okta.json";
import onelogin from "#test/fixtures/bridge/onelogin.json";
import scim from "#test/fixtures/bridge/scim.json";
import { judgeStep } from "#test/support/bridge/expectations.ts";
import {
  type FixtureCase,
  type FixtureFile,
  type FixtureStep,
  playCase,
} from "#test/support/bridge/fixtures.ts";
import { oktaUser } from "#test/support/bridge/people.ts";
import { contradictions } from "#test/support/consistency.ts";

// JSON modules are typed by their first sight; README.md beside them says what they hold.
const FILES = [okta, entra, google, onelogin, jumpcloud, scim] as unknown as FixtureFile[];

test("there are 60 cases", () => {
  expect(FILES.flatMap(({ cases }) => cases)).toHaveLength(60);
});

describe.each(FILES)("$provider", ({ provider, cases }) => {
  test.each(cases)("$id: $title", async (each) => {
    for await (const played of playCase(provider, each)) {
      const { found, expected } = judgeStep(played);
      expect(found).toEqual(expected);
    }
  });
});

const many = Array.from({ length: 10 }, (_, n) => oktaUser(`u${n}`, `u${n}@example.com`));
const pushed = { id: "here", userName: "U0@example.com", title: "Kept", active: true };

test.each<[string, NonNullable<FixtureCase["store"]>, JsonObject]>([
  ["a list", [pushed], { op: "guard", missing: 9, of: 10 }],
  ["users by id", { here: pushed }, { op: "guard", held: true }],
  ["users by id, with another guard", { here: pushed }, { op: "guard", guard: "held" }],
])("a store may be %s, and a guard holds who is missing", async (_, store, guard) => {
  const created = many.slice(1).map(({ id }) => createdAs(String(id)));
  const set = {
    externalId: "u0",
    userName: "u0@example.com",
    emails: [{ value: "u0@example.com", type: "work", primary: true }],
  };
  const adopted = { op: "adopt", source: "u0", id: "here", set, unset: ["title"] };
  const steps: FixtureStep[] = [
    { feed: "full", records: many, expect: [adopted, ...created] },
    { feed: "full", records: many.slice(0, 1), expect: [{ op: "skip", source: "u0" }, guard] },
  ];

  for await (const played of playCase("okta", { id: "own", title: "own", store, steps })) {
    const { found, expected } = judgeStep(played);
    expect(found).toEqual(expected);
  }
});

test("a step that goes otherwise than expected is seen", async () => {
  const right = createdAs("u1");
  const wrong: JsonObject[] = [
    { op: "skip", source: "u1" },
    { ...right, issues: ["no-username"] },
    { ...right, scim: { userName: "u1@example.com" } },
    { op: "guard", held: true },
  ];
  for (const each of wrong) {
    const steps: FixtureStep[] = [{ feed: "full", records: many.slice(1, 2), expect: [each] }];
    for await (const played of playCase("okta", { id: "own", title: "own", steps })) {
      const { found, expected } = judgeStep(played);
      expect(found).not.toEqual(expected);
    }
  }
});

function createdAs(source: string): JsonObject {
  const userName = `${source}@example.com`;
  const emails = [{ value: userName, type: "work", primary: true }];
  return { op: "create", source, scim: { externalId: source, userName, active: true, emails } };
}

test("the directory and its feed agree after all of them", async () => {
  expect(await contradictions()).toEqual([]);
});
