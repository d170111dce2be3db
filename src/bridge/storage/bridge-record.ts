import { eq } from "drizzle-orm";
import type { BridgeAlertKind } from "#store/event-log/alerts.ts";
import { objectStatement } from "#store/object-statement.ts";
import { insertRows } from "#store/rows.ts";
import { build, literal } from "#store/statement.ts";
import type { DeltaCursors } from "../state/run.ts";
import type { Standing } from "../state/state.ts";
import { memoryTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/** What a bridge's object knows beside links and runs; times in milliseconds. */
export interface BridgeRecord {
  /** The connector's public id. */
  readonly connectorId: string;
  readonly standing: Standing;
  /** The run under way. */
  readonly runId: string | undefined;
  readonly delta: DeltaCursors;
  /** When the last full run that succeeded ended, and by which scope it read. */
  readonly lastFullAt: number | undefined;
  readonly scope: string | undefined;
  /** The run that failed in its users listing and may be gone on with, and how many full ones in a row fell short. */
  readonly resumableRunId?: string | undefined;
  readonly incompleteRuns?: number;
  /** When the last full or delta run that succeeded ended. */
  readonly lastSucceededAt?: number;
  /** Alerts that D1 does not have yet. */
  readonly alerts: readonly PendingAlert[];
  /** Whether D1 knows the standing. */
  readonly isMirrored: boolean;
}

/** An alert on its way to D1; the same event id raises it once. */
export interface PendingAlert {
  readonly eventId: string;
  readonly kind: BridgeAlertKind;
  readonly at: number;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly explanation: string;
}

/** Reads what the object knows; undefined where it was never told of a bridge, or lost its storage. */
export function readMemory(sql: ObjectSql): BridgeRecord | undefined {
  const [row] = READ.rows(sql, {});
  // Written below, from a BridgeRecord.
  return row === undefined ? undefined : (JSON.parse(row.value) as BridgeRecord);
}

/** Stores what the object knows. */
export function writeMemory(sql: ObjectSql, memory: BridgeRecord): void {
  WRITE.run(sql, { value: JSON.stringify(memory) });
}

const READ = objectStatement()(() =>
  build
    .select({ value: memoryTable.value })
    .from(memoryTable)
    .where(eq(memoryTable.key, literal("bridge"))),
);

const WRITE = objectStatement<{ value: string }>()(({ value }) =>
  insertRows(memoryTable, { key: literal("bridge"), value }, { isReplacing: true }),
);
