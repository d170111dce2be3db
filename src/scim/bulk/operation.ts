import { ScimError } from "#scim/error.ts";
import type { JsonValue } from "#scim/json.ts";
import { messageMembers } from "#scim/message.ts";
import type { TypeName } from "#scim/ports.ts";

/** What an operation asks for; its `id` may still be a reference such as `bulkId:x`. */
export type BulkAction =
  | { readonly kind: "create"; readonly type: TypeName }
  | {
      readonly kind: "replace" | "patch" | "remove";
      readonly type: TypeName;
      readonly id: string;
    }
  | { readonly kind: "refused"; readonly error: ScimError };

/** One operation of a BulkRequest; a wrong one is kept, since the others are performed all the same. */
export interface BulkOperation {
  /** In capitals; empty where the client gave none. */
  readonly method: string;
  /** As the client wrote it; empty where there is none. */
  readonly path: string;
  readonly bulkId: string | undefined;
  /** The operation's `version`, which is what If-Match is to a request of its own. */
  readonly ifMatch: string | undefined;
  readonly data: JsonValue;
  /** The data as JSON text; empty where there is none. */
  readonly dataText: string;
  readonly action: BulkAction;
}

/** Reads one of a BulkRequest's operations (RFC 7644 §3.7); `location` says which one. */
export function parseOperation(value: JsonValue, location: string): BulkOperation {
  const members = messageMembers(value, location);
  const data = members.get("data") ?? null;
  const operation = {
    method: textOf(members, "method")?.toUpperCase() ?? "",
    path: textOf(members, "path") ?? "",
    bulkId: textOf(members, "bulkid"),
    ifMatch: textOf(members, "version"),
    data,
    dataText: data === null ? "" : JSON.stringify(data),
  };
  // A version that cannot be read must not be taken for none: it guards what a rival wrote.
  return operation.ifMatch === undefined && (members.get("version") ?? null) !== null
    ? { ...operation, action: refuse(`${location}.version must be a string.`) }
    : { ...operation, action: actionOf(operation, location) };
}

/** The operation as one that is refused instead of performed. */
export function refusedOperation(operation: BulkOperation, error: ScimError): BulkOperation {
  return { ...operation, action: { kind: "refused", error } };
}

/** A user's body is at most 256 KB, whichever way it comes. */
const USER_CHARACTERS_MAX = 256 * 1024;

/** Doubled slashes and letter case as in a URL. A bulkId may hold any character; an id of ours has no slash. */
const PATH = /^\/*(users|groups)(?:\/+(bulkId:.+|[^/?]+))?\/*$/is;

const KINDS = { PUT: "replace", PATCH: "patch", DELETE: "remove" } as const;

function actionOf(
  { method, path, bulkId, dataText }: Omit<BulkOperation, "action">,
  location: string,
): BulkAction {
  const [isKnown, noun, id] = PATH.exec(path) ?? [];
  if (isKnown === undefined) {
    return refuse(`${location}.path must be /Users or /Groups, or a resource's path under these.`);
  }
  const type = noun?.toLowerCase() === "users" ? "User" : "Group";
  if (type === "User" && dataText.length > USER_CHARACTERS_MAX) {
    const detail = `${location}.data may have at most ${USER_CHARACTERS_MAX} bytes.`;
    return { kind: "refused", error: ScimError.status(413, detail) };
  }
  switch (method) {
    case "POST":
      if (id !== undefined) return refuse(`${location}.path must name no id, since it is a POST.`);
      if (!bulkId) return refuse(`${location} needs a bulkId, since it is a POST.`);
      return { kind: "create", type };
    case "PUT":
    case "PATCH":
    case "DELETE":
      if (id === undefined) return refuse(`${location}.path must name the id of a resource.`);
      return { kind: KINDS[method], type, id };
  }
  return refuse(`${location}.method must be POST, PUT, PATCH or DELETE.`);
}

function textOf(members: ReadonlyMap<string, JsonValue>, name: string): string | undefined {
  const member = members.get(name);
  return typeof member === "string" ? member : undefined;
}

function refuse(detail: string): BulkAction {
  return { kind: "refused", error: ScimError.invalidSyntax(detail) };
}
