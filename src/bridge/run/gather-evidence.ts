import type { Evidence, Known, PreparedRecord, Presence } from "../plan/context.ts";
import {
  type Claim,
  claimsOfReleased,
  evidenceOf,
  type Questions,
  questionsOf,
} from "../plan/evidence.ts";
import { mapRecord } from "../providers/map-record.ts";
import { askAgain } from "../source/odd-answers.ts";
import { SourceError } from "../source/source.ts";
import type { Run } from "../state/run.ts";
import type { RunContext } from "../step/run-context.ts";
import { claimsFor, listReleased } from "../storage/claims.ts";
import { linksBySource } from "../storage/links.ts";

/**
 * Finds out what weak matches have to know: from the listing where it came whole, else by asking the
 * provider for each id in doubt. Throws SourceError where the provider cannot be asked now.
 */
export async function gatherEvidence(
  world: RunContext,
  run: Run,
  page: readonly PreparedRecord[],
  known: Known,
): Promise<Evidence> {
  const { sql } = world;
  const questions = questionsOf(page, known);
  const isComplete = run.isFull && run.isComplete;
  const claims = knownClaims(sql, questions, isComplete);
  if (isComplete) {
    const links = linksBySource(sql, questions.sourceIds);
    // Who is linked and not in the listing is gone once that was confirmed.
    const isThere = (id: string) => links.has(id) && links.get(id)?.goneAt === undefined;
    return evidenceOf(claims, true, (id) => (isThere(id) ? "present" : "gone"));
  }
  const listed = new Set(claims.map(({ sourceId }) => sourceId));
  const standings = new Map<string, Presence>();
  for (const id of questions.sourceIds) {
    if (!listed.has(id)) standings.set(id, await ask(world, id));
  }
  return evidenceOf(claims, false, (id) => standings.get(id) ?? "unknown");
}

/** All that is claimed by the records of this run, and by those whose users were let go before. */
export function knownClaims(
  sql: RunContext["sql"],
  questions: Questions,
  isComplete: boolean,
): readonly Claim[] {
  const released = listReleased(sql, questions.userIds);
  const ids = [...questions.sourceIds, ...released.map(({ sourceId }) => sourceId)];
  const claims = claimsFor(sql, { ...questions, sourceIds: ids });
  return [...claims, ...claimsOfReleased(released, claims, isComplete)];
}

/** Several ids may be in doubt in one step, whose requests are few. */
const TRIES_MAX = 2;

async function ask({ source, config }: RunContext, sourceId: string): Promise<Presence> {
  try {
    const record = await askAgain(() => source.readUser(sourceId), TRIES_MAX);
    if (record === undefined) return "gone";
    const mapped = mapRecord(record, config);
    // Some providers also answer to a login, which is nobody's id.
    return mapped.kind !== "removed" && mapped.sourceId === sourceId ? "present" : "gone";
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    // An odd answer about one id leaves that one in doubt, and concerns nobody else.
    if (error.failure.kind === "record") return "unknown";
    throw error;
  }
}
