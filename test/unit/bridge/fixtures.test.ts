import { describe, expect, test } from "vitest";
import entra from "../../fixtures/bridge/entra.json";
import google from "../../fixtures/bridge/google.json";
import jumpcloud from "../../fixtures/bridge/jumpcloud.json";
import okta from "../../fixtures/bridge/okta.json";
import onelogin from "../../fixtures/bridge/onelogin.json";
import scim from "../../fixtures/bridge/scim.json";
import { type FixtureFile, playCase } from "../../support/bridge-fixtures.ts";

// JSON modules are typed by their first sight; README.md beside them says what they hold.
const FILES = [okta, entra, google, onelogin, jumpcloud, scim] as unknown as FixtureFile[];

test("there are 60 cases", () => {
  expect(FILES.flatMap(({ cases }) => cases)).toHaveLength(60);
});

describe.each(FILES)("$provider", ({ provider, cases }) => {
  test.each(cases)("$id: $title", async (each) => {
    for (const { found, expected } of await playCase(provider, each)) {
      expect(found).toEqual(expected);
    }
  });
});
