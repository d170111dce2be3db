import { type AdminItem, listAdmin } from "../../client/src/admin.ts";
import type { Gateway } from "../../client/src/gateway.ts";
import { allOf } from "./apply/found.ts";
import { connectorOf } from "./connectors.ts";
import { usageFailure } from "./failure.ts";
import { printable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** What to print of the log. */
export interface LogOptions {
  readonly connector: string | undefined;
  readonly follow: boolean;
  readonly since: string | undefined;
  readonly user: string | undefined;
  readonly status: string | undefined;
  readonly json: boolean;
}

type LogEvent = AdminItem<"/connectors/{id}/events">;

/** How often a log that is followed is read again. */
const PAUSE_MS = 2_000;

/** A row may be stored a little after its time; rows are told apart by their ids. */
const OVERLAP_MS = 60_000;

const UNITS_MS = new Map([
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** Prints the event log of a connector, oldest first, and goes on for ever where it is to be followed. */
export async function printLog(
  terminal: Terminal,
  gateway: Gateway,
  options: LogOptions,
): Promise<void> {
  let from = startOf(options.since ?? "24h", terminal.now());
  const { id } = await connectorOf(gateway, options.connector);
  let printed = new Set<string>();
  for (;;) {
    const query = {
      from: new Date(from).toISOString(),
      ...(options.user !== undefined && { user: options.user }),
      ...(options.status !== undefined && { status: options.status }),
      limit: 500,
    };
    const events = await allOf(
      listAdmin(gateway, "/connectors/{id}/events", { path: { id }, query }),
    );
    for (const event of events.toReversed()) {
      if (!printed.has(event.id))
        terminal.print(options.json ? JSON.stringify(event) : lineOf(event));
    }
    if (!options.follow) return;
    // What is older than the overlap is not asked for again, so that it need not be remembered.
    printed = new Set(events.map((event) => event.id));
    const [newest] = events;
    if (newest !== undefined) from = Math.max(from, Date.parse(newest.time) - OVERLAP_MS);
    await terminal.pause(PAUSE_MS);
  }
}

function lineOf({ time, method, path, status, userName, explanation, count }: LogEvent): string {
  const times = count > 1 ? [`(${count} times)`] : [];
  const cells = [time, String(status), method, path, userName ?? "", ...times, explanation ?? ""];
  return printable(cells.filter((cell) => cell !== "").join("  "));
}

function startOf(since: string, now: number): number {
  const [, number, unit = ""] = /^(\d{1,6})([mhd])$/.exec(since) ?? [];
  const time = number ? now - Number(number) * (UNITS_MS.get(unit) ?? 0) : Date.parse(since);
  if (Number.isFinite(time)) return time;
  throw usageFailure(`--since takes a time, or 30m, 24h, 7d; not "${since}".`);
}
