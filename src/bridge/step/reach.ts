import type { Reach } from "../plan/context.ts";
import type { Run } from "../state/run.ts";
import { formerMembersAmong, membersAmong } from "../storage/scope.ts";
import type { RunContext } from "./run-context.ts";

/** Tells for the people of a page whether they are in the bridge's scope, as far as the run knows. */
export function reachOf(
  { sql, config, reach }: Pick<RunContext, "sql" | "config" | "reach">,
  run: Run,
  page: readonly { readonly sourceId: string | undefined }[],
): (sourceId: string) => Reach {
  if (config.settings.scope === undefined) return () => "in";
  if (reach !== undefined) return reach;
  const ids = page.flatMap(({ sourceId }) => sourceId ?? []);
  if (run.reach === "known") {
    const members = membersAmong(sql, ids);
    return (sourceId) => (members.has(sourceId) ? "in" : "out");
  }
  const members = new Set([...membersAmong(sql, ids), ...formerMembersAmong(sql, ids)]);
  return (sourceId) => (members.has(sourceId) ? "in" : "unknown");
}
