import type { Context } from "hono";
import type { AppEnv } from "#http/request/services.ts";
import { type Projection, parseProjection } from "#scim/resource/projection.ts";

/** Reads every value of a query parameter, whose name may come in any letter case. */
export function queryReader(context: Context<AppEnv>): (name: string) => readonly string[] {
  // Entra's flag belongs into the tenant URL; whoever joins URLs by hand then sends a second "?".
  const query = new URL(context.req.raw.url).search.replace("?aadOptscim062020?", "?");
  // URLSearchParams reads `+` as a blank, as SEMANTICS 6 wants it.
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
