import type { Schemas } from "../../../api/client.ts";

type Event = Pick<Schemas["Event"], "method" | "path" | "status" | "resourceType">;

/** What an event is about, in a few words. */
export function headline({ method, path, status, resourceType }: Event): string {
  if (method === "ALERT") return `Alert: ${path}`;
  if (method === "BRIDGE") return bridgeHeadline(status);
  const thing =
    resourceType === "User" || resourceType === "Group" ? resourceType.toLowerCase() : "";
  const isDone = status < 400;
  const what = WORDS.get(method);
  if (what === undefined) return method;
  if (path.includes("/oauth/") || path.endsWith("/token")) {
    return isDone ? "Access token given" : "Access token refused";
  }
  if (thing === "" && what.any !== undefined) return isDone ? what.any : `${what.any}, refused`;
  return isDone ? `${capital(thing)} ${what.done}` : `${capital(thing)} not ${what.done}`;
}

function bridgeHeadline(status: number): string {
  if (status === 202) return "Switch-off held";
  return status < 400 ? "Written by the Bridge" : "Not provisioned by the Bridge";
}

function capital(thing: string): string {
  return thing === "" ? "Request" : `${thing.charAt(0).toUpperCase()}${thing.slice(1)}`;
}

const WORDS: ReadonlyMap<string, { readonly done: string; readonly any?: string }> = new Map([
  ["GET", { done: "read", any: "Read" }],
  ["POST", { done: "created", any: "Posted" }],
  ["PUT", { done: "replaced", any: "Replaced" }],
  ["PATCH", { done: "changed", any: "Changed" }],
  ["DELETE", { done: "deleted", any: "Deleted" }],
]);
