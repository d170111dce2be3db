import { expect, test } from "vitest";
import type { Provider } from "#bridge/config/settings.ts";
import type { Source, SourceGroup } from "#bridge/source/source.ts";
import { readListing, readMembers, sourceAtFake } from "#test/support/fake-directory/source-of.ts";

const PROVIDERS: readonly Provider[] = ["okta", "entra", "google", "onelogin", "jumpcloud", "scim"];

/** A full page of 50, 100 or 200, and one record more. */
const SIZES = [50, 51, 100, 101, 200, 201];

const ROWS = PROVIDERS.flatMap((provider) => SIZES.map((count) => [provider, count] as const));

/** The members of the only group, whichever way the provider tells them. */
async function membersOfTheGroup(source: Source): Promise<readonly string[]> {
  const { records } = await readListing(source, "groups");
  const rows = records.flatMap((record) => source.readGroup(record) ?? []);
  const told = await Promise.all(rows.map((group) => membersIn(source, group)));
  return told.flat();
}

async function membersIn(source: Source, { sourceId, members }: SourceGroup) {
  switch (members.kind) {
    case "whole":
      return members.sourceIds;
    case "partial":
      return members.added;
    case "listed":
      return await readMembers(source, sourceId);
    case "unchanged":
      return [];
  }
}

test.each(ROWS)("%s: of %i users and as many members each comes once", async (provider, count) => {
  const groups = [{ name: "All", people: { from: 0, to: count } }];
  const { source } = await sourceAtFake(provider, { users: count, groups });

  const { records } = await readListing(source, "users");
  const members = await membersOfTheGroup(source);

  const ids = records.map((record) => JSON.stringify(record.id ?? record._id ?? record));
  expect([records.length, new Set(ids).size]).toEqual([count, count]);
  expect([members.length, new Set(members).size]).toEqual([count, count]);
});
