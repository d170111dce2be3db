import { and, inArray, isNotNull, lt } from "drizzle-orm";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { endings } from "#store/schema.ts";
import { build, named, prepare } from "#store/statement.ts";
import { noteFailure } from "./failure.ts";
import { finishEnding } from "./finish.ts";
import { type OpenEnding, openEndings } from "./open.ts";
import { nextPage } from "./page.ts";
import { type EndingTools, endPage } from "./slice.ts";

/** One call of cron goes so many slices ahead, with all ends together. */
const CRON_SLICES = 16;

/** So many ends take turns in one call. */
const TURNS_MAX = 8;

/**
 * Goes on with the ends that are under way, a slice of each in turn, for a bounded while. Each slice is one batch, with
 * the place where it stopped; where a call dies, the next one goes on. Safe to run twice at once.
 */
export async function continueEndings(db: Database, tools: EndingTools): Promise<void> {
  let turns = await withRetries(tools.clock, () => openEndings(db, { limit: TURNS_MAX }));
  for (let slices = 0; turns.length > 0 && slices < CRON_SLICES; slices += turns.length) {
    const open: OpenEnding[] = [];
    for (const ending of turns) open.push(...(await goOnOrLog(db, tools, ending)));
    turns = open;
  }
}

/** Goes on with the end of one connector's directory, for so many slices at most; nothing where none is under way. */
export async function continueEnding(
  db: Database,
  tools: EndingTools,
  connectorId: ConnectorId,
  slicesMax: number,
): Promise<void> {
  const open = { connectorId, limit: 1 };
  let [ending] = await withRetries(tools.clock, () => openEndings(db, open));
  for (let slices = 0; ending !== undefined && slices < slicesMax; slices += 1) {
    ending = await goOn(db, tools, ending);
  }
}

/** An end that fails keeps the others from nothing: it is gone on with in the next minute. */
async function goOnOrLog(
  db: Database,
  tools: EndingTools,
  ending: OpenEnding,
): Promise<readonly OpenEnding[]> {
  try {
    const next = await goOn(db, tools, ending);
    return next === undefined ? [] : [next];
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    const failed = { message: "end of a directory failed", connector: ending.connector, kind };
    console.error(JSON.stringify(failed));
    await noteFailure(db, tools, ending).catch(() => undefined);
    return [];
  }
}

/** Does a slice of an end, and gives it as it is then; undefined where it is over. */
async function goOn(
  db: Database,
  tools: EndingTools,
  ending: OpenEnding,
): Promise<OpenEnding | undefined> {
  const { clock } = tools;
  const { users, walked, position, connectorId } = ending;
  if (users === "keep") return await finish(db, clock, ending);
  const { records, isLast } = await withRetries(clock, () => nextPage(db, ending));
  const isOver = isLast && (users === "deactivate" || walked === "Group");
  const place =
    isLast && !isOver
      ? ({ walked: "Group", position: "" } as const)
      : { walked, position: records.at(-1)?.id ?? position };
  const ended = await endPage(db, tools, ending, { records, place });
  if (ended !== "again") return isOver ? await finish(db, clock, ended) : ended;
  const [anew] = await withRetries(clock, () => openEndings(db, { connectorId, limit: 1 }));
  return anew;
}

async function finish(db: Database, clock: Clock, ending: OpenEnding): Promise<undefined> {
  await finishEnding(db, clock, ending);
  return undefined;
}

/** So many days after it began an end is forgotten: what it told is not kept either by then. */
const KEPT_DAYS = 31;
const DAY_MS = 86_400_000;

/** How many ends are forgotten at once. */
const DROPPED_ROWS = 500;

/** Forgets ends of which nothing can be read any more. */
export async function dropEndings(db: Database, clock: Clock): Promise<void> {
  const old = build
    .select(named({ id: endings.id }))
    .from(endings)
    .where(and(isNotNull(endings.untilSeq), lt(endings.at, clock.now() - KEPT_DAYS * DAY_MS)))
    .limit(DROPPED_ROWS);
  const query = build.delete(endings).where(inArray(endings.id, old));
  await withRetries(clock, () => prepare(db, query).run());
}
