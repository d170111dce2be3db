import { env } from "cloudflare:workers";
import { CONSISTENCY_CHECKS } from "./consistency-checks.ts";

/**
 * Looks for contradictions between the tables of the whole database: each entry names one. Empty
 * means that counters, blocks, lookup values, log and change rows all agree with the users.
 */
export async function contradictions(): Promise<string[]> {
  const found = await env.DB.batch<{ what: string }>(
    CONSISTENCY_CHECKS.map(([what, query]) =>
      env.DB.prepare(`SELECT '${what}: ' || found AS what FROM (${query}) LIMIT 20`),
    ),
  );
  return found.flatMap(({ results }) => results.map(({ what }) => what));
}
