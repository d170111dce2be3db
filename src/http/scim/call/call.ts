import type { Context } from "hono";
import type { Signer } from "#credentials/signer.ts";
import type { CallFacts } from "#http/log/event-log.ts";
import { readBodyText } from "#http/request/body.ts";
import type { AppEnv } from "#http/request/services.ts";
import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import { isJsonObject, type JsonValue, parseJson } from "#scim/json.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import { noSuchResource, type Written } from "#scim/provision/provision.ts";
import { matchesTag } from "#scim/resource/etag.ts";
import { nameAttribute } from "#scim/resource/identity.ts";
import { type Projection, parseProjection } from "#scim/resource/projection.ts";
import type { ApplicationView } from "#scim/rules/shown.ts";
import { holdsBrokenText } from "#scim/text.ts";
import type { Access } from "#store/directory/access.ts";
import type { CallLog } from "./call-log.ts";
import type { Caller, CallerTools } from "./caller.ts";

/** What a call needs of the world. */
export interface CallTools extends CallerTools {
  /** Signs the cursors of lists. */
  readonly signer: Signer;
  /** Tells the connector's webhooks that something was written. */
  readonly wake: (access: Access) => void;
}

/** One SCIM request on its way from its route to its answer. */
export interface ScimCall {
  readonly request: Request;
  /** What was known of it before anything was done. */
  readonly facts: CallFacts;
  /** Who sends it. */
  readonly caller: Caller;
  /** What the event log will say of it. */
  readonly log: CallLog;
  readonly tools: CallTools;
}

/** What a list, or the read of a group with its members, needs of a call: a SCIM request or an admin's. */
export interface ListCall {
  readonly facts: Pick<CallFacts, "startedAt" | "baseUrl">;
  readonly caller: Pick<
    Caller,
    "connectorId" | "types" | "ask" | "resolve" | "remember" | "inTurn"
  >;
  readonly log: Pick<CallLog, "about">;
  readonly tools: Pick<CallTools, "signer">;
  /** Whether users are shown with what their application said of their accounts. */
  readonly showsAccounts?: true;
  /** How an application sees the resources; left out for a client of SCIM. */
  readonly application?: ApplicationView;
}

/** An id of ours has 36 characters; what a client made up is logged no longer than this. */
export const ID_CHARACTERS_MAX = 64;

/** Takes the id from the path, and notes it for the event log even if nothing is there. */
export function noteId({ log }: ScimCall, context: Context<AppEnv>, type: ResourceType): string {
  const id = context.req.param("id") ?? "";
  log.about({ resourceType: type.name, resourceId: id.slice(0, ID_CHARACTERS_MAX) });
  return id;
}

/** Reads the JSON body of the request (at most 256 KB for a user, 4 MB for a group). */
export async function readJson(
  { request, caller, log }: ScimCall,
  bytesMax: number,
): Promise<JsonValue> {
  const text = await readBodyText(request, bytesMax, async () => {
    if (caller.remembered === undefined) await caller.granted();
  });
  // Also what turns out to be no JSON is in the log.
  log.received({ text, value: undefined });
  const value = parseJson(text);
  log.received({ text, value });
  // Also in what would be ignored: only an escape can bring such text in.
  if (text.includes("\\u") && holdsBrokenText(value)) {
    throw ScimError.invalidValue("Strings must hold neither NUL nor half a surrogate pair.");
  }
  return value;
}

/** Reads the body of a request, and notes whom it names in case it is refused. */
export async function readNamedBody(
  call: ScimCall,
  type: ResourceType,
  bytesMax: number,
): Promise<JsonValue> {
  const body = await readJson(call, bytesMax);
  const { log } = call;
  log.about({ resourceType: type.name, ...log.resource, ...namedIn(type, body) });
  return body;
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

/** Notes what became of a resource for the event log; throws the 404 where there is none. */
export function noteWritten<T extends Pick<Written, "record" | "warnings">>(
  { log }: ScimCall,
  type: ResourceType,
  written: T | undefined,
): T {
  if (written === undefined) throw noSuchResource(type.name, log.resource.resourceId ?? "");
  log.aboutRecord(written.record);
  log.letPass(written.warnings);
  return written;
}

/** Whether the client has this version already (If-None-Match, RFC 7644 §3.14). */
export function isKnownVersion(context: Context<AppEnv>, record: ResourceRecord): boolean {
  const header = context.req.header("If-None-Match");
  return header !== undefined && matchesTag(header, record.version);
}

/** Reads every value of a query parameter, whose name may come in any letter case. */
export function queryReader(context: Context<AppEnv>): (name: string) => readonly string[] {
  // Entra's flag belongs into the tenant URL; whoever joins URLs by hand then sends a second "?".
  const query = new URL(context.req.raw.url).search.replace("?aadOptscim062020?", "?");
  // URLSearchParams reads `+` as a blank, as clients mean it.
  const entries = [...new URLSearchParams(query)];
  return (name) =>
    entries.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

/** Which attributes the answer to a single resource's request carries (RFC 7644 §3.9). */
export function readProjection(context: Context<AppEnv>): Projection {
  const read = queryReader(context);
  return parseProjection(joined(read("attributes")), joined(read("excludedAttributes")));
}

function joined(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(",");
}
