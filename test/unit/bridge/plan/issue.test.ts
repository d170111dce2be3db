import { expect, test } from "vitest";
import type { JsonObject } from "#scim/json.ts";
import type { BridgeMemory } from "#test/support/bridge/memory.ts";
import { oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { aContext, runPage } from "#test/support/bridge/run.ts";

const ADA = oktaUser("00u1", "ada@example.com");

/** The details of the issues that a page raises. */
async function detailsOf(
  memory: BridgeMemory,
  ...records: readonly JsonObject[]
): Promise<readonly string[]> {
  const operations = await runPage(memory, records, aContext(oktaConfig(), memory));
  return operations.flatMap((operation) => {
    if ("issues" in operation) return operation.issues.map(({ detail }) => detail);
    return "issue" in operation && operation.issue ? [operation.issue.detail] : [];
  });
}

const RENAME = "Rename one of the two, or remove the other; the next run tries again.";

test.each<[JsonObject, string]>([
  [
    { profile: {} },
    "A record of the provider has no id, so that it cannot be followed. It was left out.",
  ],
  [
    { id: "00u1", profile: {} },
    "The record has no name to sign in with. Give the user one at the provider; until then it is left out.",
  ],
])("the record %j is told to be left out", async (record, detail) => {
  expect(await detailsOf(pushed({}), record)).toEqual([detail]);
});

test("a refused value is told in the words of its refusal", async () => {
  const record = oktaUser("00u1", "ada@example.com", { title: "a\u0000b" });

  const [detail, ...others] = await detailsOf(pushed({}), record);

  expect(others).toEqual([]);
  expect(detail).toMatch(
    /^"title" .+\. Correct the value at the provider; until then the record is left out\.$/,
  );
});

test("a name that a user has is told with his id", async () => {
  const memory = pushed({
    named: { userName: "ada@example.com", externalId: "hr-7" },
    known: { userName: "old@example.com", externalId: "00u1" },
  });

  expect(await detailsOf(memory, ADA)).toEqual([
    `Its userName is held by the user with the id named. ${RENAME}`,
  ]);
});

test("a name that another record of the page gets is told so", async () => {
  const second = oktaUser("00u2", "ada@example.com");

  expect(await detailsOf(pushed({}), ADA, second)).toEqual([
    `Its userName is held by the user with the id user-1. ${RENAME}`,
  ]);
});

test("an externalId that another record's user has is told with his id", async () => {
  const memory = pushed({ known: { userName: "zoe", externalId: "00u1" } });
  memory.bySource.set("00u7", {
    sourceId: "00u7",
    userId: "known",
    hash: "",
    isActive: true,
    goneAt: undefined,
    pendingManager: undefined,
  });

  expect(await detailsOf(memory, ADA)).toEqual([
    `Its externalId is held by the user with the id known. ${RENAME}`,
  ]);
});

test.each([
  [{ userName: "ada@example.com", externalId: "hr-7" }, ", whose externalId is another (hr-7)"],
  [{ userName: "zoe", emails: [{ value: "ada@example.com", primary: true }] }, ""],
])("the former user %j is told with id and externalId", async (user, held) => {
  const memory = pushed({ known: { ...user, active: false } });

  expect(await detailsOf(memory, ADA)).toEqual([
    `Its name or address belongs to the former user with the id known${held}: it may be another person. If it is the same one, give that user the externalId 00u1; if not, rename that user.`,
  ]);
});

test("a manager who is nobody is told to be kept as sent", async () => {
  const record = oktaUser("00u1", "ada@example.com", { manager: "The Boss" });

  expect(await detailsOf(pushed({}), record)).toEqual([
    "Its manager is no user of this bridge, by id, login or address. The reference is kept as the provider sent it, and tried again in each run.",
  ]);
});
