import type { Schemas } from "../../../api/client.ts";

type Event = Pick<Schemas["Event"], "method" | "path" | "status" | "resourceType">;

/** What an event is about, in a few words. */
export function headline({ method, path, status, resourceType }: Event): string {
  if (method === "ALERT") return `Alert: ${alertInWords(path)}`;
  if (method === "BRIDGE") return bridgeHeadline(status);
  const thing =
    resourceType === "User" || resourceType === "Group" ? resourceType.toLowerCase() : "";
  const isDone = status < 400;
  const act = ACTS.get(path.split("?")[0]?.split("/").at(-1) ?? "");
  if (path.startsWith("/admin/") && act !== undefined) return isDone ? act : `${act}, refused`;
  const what = WORDS.get(method);
  if (what === undefined) return method;
  if (path.includes("/oauth/") || path.endsWith("/token")) {
    return isDone ? "Access token given" : "Access token refused";
  }
  if (thing === "" && what.any !== undefined) return isDone ? what.any : `${what.any}, refused`;
  return isDone ? `${capital(thing)} ${what.done}` : `${capital(thing)} not ${what.done}`;
}

const ALERTS: ReadonlyMap<string, string> = new Map([
  ["token.expiring", "a token is about to end"],
  ["key.expiring", "a key is about to end"],
  ["bridge.unauthorized", "the provider refuses the Bridge"],
  ["bridge.failing", "the Bridge fails"],
  ["bridge.recovered", "the Bridge works again"],
  ["bridge.incomplete", "the provider's list does not add up"],
  ["brake.reached", "many people were switched off at once"],
  ["bridge.held", "the Bridge holds switch-offs"],
  ["bridge.disabled", "the Bridge gave up"],
  ["webhook.disabled", "a webhook was disabled"],
]);

/** What an alert says, in a few words; one that is not known here is told by its name. */
export function alertInWords(name: string): string {
  return ALERTS.get(name) ?? name;
}

function bridgeHeadline(status: number): string {
  if (status === 202) return "Switch-off held";
  return status < 400 ? "Written by the Bridge" : "Not provisioned by the Bridge";
}

/** A text with a capital at its beginning; a request that is about nothing else for none. */
export function capital(thing: string): string {
  return thing === "" ? "Request" : `${thing.charAt(0).toUpperCase()}${thing.slice(1)}`;
}

/** What an administrator did, by the end of the path. */
const ACTS: ReadonlyMap<string, string> = new Map([
  ["activate", "User activated"],
  ["deactivate", "User deactivated"],
  ["restore", "User restored"],
  ["erase", "User erased"],
  ["import", "User imported"],
]);

const WORDS: ReadonlyMap<string, { readonly done: string; readonly any?: string }> = new Map([
  ["GET", { done: "read", any: "Read" }],
  ["POST", { done: "created", any: "Posted" }],
  ["PUT", { done: "replaced", any: "Replaced" }],
  ["PATCH", { done: "changed", any: "Changed" }],
  ["DELETE", { done: "deleted", any: "Deleted" }],
]);
