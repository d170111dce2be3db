import type { Schemas } from "../../api/client.ts";

type Event = Pick<Schemas["Event"], "method" | "path" | "status" | "resourceType">;

/** What a provider does first, in this order. */
export const ARRIVALS = [
  { name: "connection", label: "A first request with the token" },
  { name: "lookUp", label: "A first look-up of a person" },
  { name: "user", label: "A first user" },
  { name: "group", label: "A first group" },
] as const;

type Arrival = (typeof ARRIVALS)[number]["name"];

/** Which of a provider's first steps are among events. */
export function arrived(events: readonly Event[]): ReadonlySet<Arrival> {
  const found = new Set<Arrival>();
  for (const { method, path, status, resourceType } of events) {
    const isRequest = method !== "ALERT" && method !== "BRIDGE";
    if (!isRequest || status >= 400) continue;
    found.add("connection");
    const isLookUp = method === "GET" && /\/Users(\/|\?.*filter=)/.test(path);
    if (isLookUp || path.endsWith("/.search")) found.add("lookUp");
    if (method !== "POST" || status !== 201) continue;
    if (resourceType === "User") found.add("user");
    if (resourceType === "Group") found.add("group");
  }
  return found;
}
