import { expect, test } from "vitest";
import * as z from "zod";
import type { AdminOperation } from "#http/admin/call/operation.ts";
import { OPERATIONS } from "#http/admin/operations.ts";
import { APPLICATION_OPERATIONS } from "#http/application/operations.ts";

// No call takes a parameter, or a member of a body, that its operation does not name: at no depth.

/** Places at which any member may stand: what it may be depends on what is stored, by which its keeper checks it. */
const CHECKED_LATER: Readonly<Record<string, readonly string[]>> = {
  // By the provider.
  putBridge: ["/properties/credentials"],
  // As the configuration that they come to.
  changeBridge: ["/$defs/ChangedBridge"],
  checkBridge: ["/$defs/ChangedBridge"],
  planBridge: ["/$defs/ChangedBridge"],
};

/** The places in a JSON schema at which any member may stand. */
function openPlaces(schema: unknown, at = ""): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((each, n) => openPlaces(each, `${at}/${n}`));
  const isOpen =
    "type" in schema &&
    schema.type === "object" &&
    "properties" in schema &&
    !("additionalProperties" in schema && schema.additionalProperties === false);
  const below = Object.entries(schema).flatMap(([name, each]) => openPlaces(each, `${at}/${name}`));
  return [...(isOpen ? [at] : []), ...below];
}

const ALL: Readonly<Record<string, AdminOperation>> = { ...OPERATIONS, ...APPLICATION_OPERATIONS };

const jsonSchema = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });

const named = (part: "query" | "body") =>
  Object.entries(ALL).flatMap(([name, operation]) => {
    const schema = operation[part];
    return schema === undefined ? [] : [{ name, schema }];
  });

test.each(named("query"))("$name takes the parameters that it names alone", ({ schema }) => {
  const described = jsonSchema(schema);

  expect(described.additionalProperties).toBe(false);
  expect(openPlaces(described)).toEqual([]);
});

test.each(named("body"))("the body of $name has the members that it names alone", (each) => {
  expect(openPlaces(jsonSchema(each.schema))).toEqual(CHECKED_LATER[each.name] ?? []);
});
