import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bridgeObject, readPlacement, webhookObject } from "#store/placement.ts";

/** A namespace that says how its objects were asked for. */
function fakeNamespace(jurisdiction = "anywhere") {
  return {
    getByName: (name: string, options: object) => ({ jurisdiction, name, ...options }),
    jurisdiction: (of: string) => fakeNamespace(of),
  };
}

/** Of a namespace these two are called, and of the variables two are read. */
function env(variables: { DATA_JURISDICTION?: string; DATA_LOCATION?: string }) {
  const namespaces = { BRIDGE: fakeNamespace(), WEBHOOK: fakeNamespace() };
  return { ...namespaces, ...variables } as unknown as Env;
}

describe.each([
  ["bridge", bridgeObject],
  ["webhook", webhookObject],
])("the object of a %s", (_what, objectOf) => {
  test.each([
    [{}, { jurisdiction: "anywhere" }],
    [{ DATA_JURISDICTION: "", DATA_LOCATION: "" }, { jurisdiction: "anywhere" }],
    [{ DATA_JURISDICTION: "eu" }, { jurisdiction: "eu" }],
    [{ DATA_LOCATION: "weur" }, { jurisdiction: "anywhere", locationHint: "weur" }],
  ])("with %j is kept %j", (variables, expected) => {
    expect(objectOf(env(variables), "x")).toEqual({ name: "x", ...expected });
  });
});

test.each([
  [{ DATA_JURISDICTION: "uk" }, "DATA_JURISDICTION must be empty or one of eu, fedramp, us"],
  [{ DATA_LOCATION: "afr" }, "DATA_LOCATION must be empty or one of weur"],
  [{ DATA_JURISDICTION: "eu", DATA_LOCATION: "weur" }, "leave one of them empty"],
])("%j is refused", (variables, reason) => {
  expect(() => readPlacement(variables)).toThrow(reason);
});

test("no object is reached but by way of its place", () => {
  const files = globSync("src/**/*.ts").filter((file) => file !== "src/store/placement.ts");

  expect(files.length).toBeGreaterThan(200);
  const around = files.filter((file) =>
    /\b(BRIDGE|WEBHOOK|\w*webhooks)\.(getByName|idFromName|get|newUniqueId)\(/.test(
      readFileSync(file, "utf8"),
    ),
  );
  expect(around).toEqual([]);
});
