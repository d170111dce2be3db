import type { ResourceType } from "#scim/attribute.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { normaliseResource, refuseEmptying } from "#scim/resource/resource.ts";
import { resourceTypesWith } from "#scim/schema/custom.ts";
import { CORE_USER, ENTERPRISE_USER, PATCH_OP } from "#scim/schema/urns.ts";
import { DECLARATIONS } from "./declarations.ts";

/** A user type with core, enterprise and declared attributes. */
export const USER_TYPE: ResourceType = resourceTypesWith(DECLARATIONS).User;

/** How a connector is set, and what came of a request. */
export interface Outcome {
  readonly document: JsonObject;
  readonly warnings: readonly string[];
}

/** One way to say what an attribute should be. */
export type Way = (before: JsonObject, value: JsonValue, strict: boolean) => Outcome;

/** The ways to say the value of an attribute, with the URN of its schema and its name. */
export function waysFor(urn: string, name: string): readonly (readonly [string, Way])[] {
  const core: readonly (readonly [string, Way])[] =
    urn === CORE_USER ? [["PUT", put((value) => ({ [name]: value }))]] : [];
  return [
    ...core,
    ["PUT, with the URN", put((value) => ({ [`${urn}:${name}`]: value }))],
    [
      "PUT, other letter case",
      put((value) => ({ [`${urn.toUpperCase()}:${name.toUpperCase()}`]: value })),
    ],
    ["replace", patching((value) => ({ op: "replace", path: name, value }))],
    ["Add, with the URN", patching((value) => ({ op: "Add", path: `${urn}:${name}`, value }))],
    ["replace without a path", patching((value) => ({ op: "replace", value: { [name]: value } }))],
    [
      "add without a path, with the URN",
      patching((value) => ({ op: "add", value: { [`${urn}:${name.toUpperCase()}`]: value } })),
    ],
    [
      "replace by the bare URN",
      patching((value) => ({ op: "replace", path: urn, value: { [name]: value } })),
    ],
  ];
}

/** The same, of which a strict connector takes none: the core URN around the attribute, JSON text and others. */
export function lenientWaysFor(urn: string, name: string): readonly (readonly [string, Way])[] {
  const inObject = (value: JsonValue) => ({ [urn]: { [name]: value } });
  const former = "urn:scim:schemas:extension:enterprise:1.0";
  const enterprise: readonly (readonly [string, Way])[] = [
    ["PUT, SCIM 1", put((value) => ({ [former]: { [name]: value } }))],
    ["replace, SCIM 1", patching((value) => ({ op: "replace", path: `${former}:${name}`, value }))],
  ];
  const core: readonly (readonly [string, Way])[] = [
    ["PUT, in an object", put(inObject)],
    [
      "PUT, in an object in other case",
      put((value) => ({ [urn.toLowerCase()]: { [name]: value } })),
    ],
    ["replace, in an object", patching((value) => ({ op: "replace", value: inObject(value) }))],
  ];
  return [
    ...(urn === CORE_USER ? core : []),
    ...(urn === ENTERPRISE_USER ? enterprise : []),
    ["PUT, JSON text", put((value) => ({ [urn]: JSON.stringify({ [name]: value }) }))],
    ["PUT, a list of one", put((value) => ({ [urn]: [{ [name]: value }] }))],
    ["PUT, a dot", put((value) => ({ [`${urn}.${name}`]: value }))],
    ["replace, a dot", patching((value) => ({ op: "replace", path: `${urn}.${name}`, value }))],
    [
      "a key with a dot",
      patching((value) => ({ op: "add", value: { [`${urn}.${name}`]: value } })),
    ],
    [
      "replace, JSON text",
      patching((value) => ({ op: "replace", value: JSON.stringify({ [name]: value }) })),
    ],
    ["add, a list of one", patching((value) => ({ op: "add", value: [{ [name]: value }] }))],
    ["an empty path", patching((value) => ({ op: "replace", path: "", value: { [name]: value } }))],
    [
      "JSON text by the bare URN",
      patching((value) => ({ op: "replace", path: urn, value: JSON.stringify({ [name]: value }) })),
    ],
  ];
}

function put(body: (value: JsonValue) => JsonObject): Way {
  return (before, value, strict) => {
    const whole = { schemas: [CORE_USER], userName: before.userName ?? null, ...body(value) };
    const { document, warnings, hollow } = normaliseResource(USER_TYPE, whole, { strict });
    refuseEmptying(hollow, before);
    return { document, warnings };
  };
}

/** A way by one operation of a PATCH. */
export function patching(operation: (value: JsonValue) => JsonObject): Way {
  return (before, value, strict) => {
    const body = { schemas: [PATCH_OP], Operations: [operation(value)] };
    const operations = parsePatchRequest(body, { strict });
    return applyPatch(before, operations, { type: USER_TYPE, strict, readOnly: { id: "u1" } });
  };
}
