import type { Context } from "hono";
import type { AppEnv } from "#http/request/services.ts";
import type { ResourceType } from "#scim/attribute.ts";
import { isJsonObject, type JsonValue } from "#scim/json.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import { matchesTag } from "#scim/resource/etag.ts";
import { nameAttribute } from "#scim/resource/identity.ts";
import type { ScimCall } from "./scim-call.ts";

/** An id of ours has 36 characters; what a client made up is logged no longer than this. */
export const ID_CHARACTERS_MAX = 64;

/** Takes the id from the path, and notes it for the event log even if nothing is there. */
export function noteId(call: ScimCall, context: Context<AppEnv>, type: ResourceType): string {
  const id = context.req.param("id") ?? "";
  call.resource = { resourceType: type.name, resourceId: id.slice(0, ID_CHARACTERS_MAX) };
  return id;
}

/** Reads the body of a request, and notes whom it names in case it is refused. */
export async function readNamedBody(
  call: ScimCall,
  type: ResourceType,
  bytesMax: number,
): Promise<JsonValue> {
  const body = await call.readJson(bytesMax);
  call.resource = { resourceType: type.name, ...call.resource, ...namedIn(type, body) };
  return body;
}

/** Whether the client has this version already (If-None-Match, RFC 7644 §3.14). */
export function isKnownVersion(context: Context<AppEnv>, record: ResourceRecord): boolean {
  const header = context.req.header("If-None-Match");
  return header !== undefined && matchesTag(header, record.version);
}

/** By what a body that is not validated yet can be found in the log: its name, or else what comes next to one. */
export function namedIn(type: ResourceType, body: JsonValue): { readonly userName?: string } {
  if (!isJsonObject(body)) return {};
  const members = Object.entries(body);
  for (const wanted of [nameAttribute(type.name), "externalId", "displayName"]) {
    const folded = wanted.toLowerCase();
    const [, value] =
      members.find(([name, each]) => name.toLowerCase() === folded && isText(each)) ?? [];
    if (typeof value === "string") return { userName: value };
  }
  return {};
}

function isText(value: JsonValue): boolean {
  return typeof value === "string" && value.trim() !== "";
}
