import type { ConnectorId } from "#store/connector-id.ts";

/** A row of the event log, as far as it is counted. */
export interface LoggedRow {
  readonly rowId: number;
  readonly connectorId: ConnectorId;
  readonly opId: string;
  readonly at: number;
  readonly method: string;
  /** The administrator who did it; null for a request of SCIM. */
  readonly actor: string | null;
  readonly status: number;
  readonly latencyMs: number;
  /** Set for callers who were not let in: `count` says how many they are so far. */
  readonly refusalKey: string | null;
  readonly count: number | null;
}

/** How many requests, and refused callers, there were by the class of their status. */
export interface StatusCounts {
  readonly requests2xx: number;
  readonly requests3xx: number;
  readonly requests4xx: number;
  readonly requests5xx: number;
  readonly refusals4xx: number;
  readonly refusals5xx: number;
  readonly latencyMs: number;
}

/** What is added to an hour of a connector. */
export interface HourCounts extends StatusCounts {
  readonly connectorId: ConnectorId;
  /** Whole hours since 1970. */
  readonly hour: number;
}

/** By how many milliseconds requests are told apart, each bucket with the name of its column. */
export const LATENCY_BUCKETS = [
  { upToMs: 10, name: "upTo10" },
  { upToMs: 25, name: "upTo25" },
  { upToMs: 50, name: "upTo50" },
  { upToMs: 100, name: "upTo100" },
  { upToMs: 250, name: "upTo250" },
  { upToMs: 500, name: "upTo500" },
  { upToMs: 1_000, name: "upTo1000" },
  { upToMs: 2_500, name: "upTo2500" },
] as const;

type BucketCounts = Readonly<Record<(typeof LATENCY_BUCKETS)[number]["name"], number>>;

/** What is added to the totals of a connector. */
export interface TotalCounts extends StatusCounts, BucketCounts {
  readonly connectorId: ConnectorId;
  readonly lastRequestAt: number | null;
  readonly lastErrorAt: number | null;
  readonly lastErrorStatus: number | null;
  readonly lastErrorId: string | null;
}

/** What rows of the log add up to; `end` is the row up to which they were counted, undefined for none. */
export interface Counted {
  readonly end: number | undefined;
  readonly hours: readonly HourCounts[];
  readonly totals: readonly TotalCounts[];
}

const HOUR_MS = 3_600_000;

/** A row of refused callers stands for a minute, and is added to until isolates wrote what they held back of it. */
const GROWING_MS = 3 * 60_000;

/**
 * Counts rows of the log in their order, up to the first that may still grow. What a bridge wrote, what
 * administrators did and alerts are no requests.
 */
export function countRows(rows: readonly LoggedRow[], now: number): Counted {
  const isGrowing = ({ refusalKey, at }: LoggedRow) =>
    refusalKey !== null && Math.abs(now - at) < GROWING_MS;
  const first = rows.findIndex(isGrowing);
  const settled = first < 0 ? rows : rows.slice(0, first);
  const requests = settled.filter(isRequest);
  const byHour = Map.groupBy(requests, ({ connectorId, at }) => `${connectorId} ${hourOf(at)}`);
  const byConnector = Map.groupBy(requests, ({ connectorId }) => connectorId);
  return {
    end: settled.at(-1)?.rowId,
    hours: [...byHour.values()].flatMap((each) => {
      const [row] = each;
      if (row === undefined) return [];
      const { connectorId, at } = row;
      return [{ connectorId, hour: hourOf(at), ...statusCounts(each) }];
    }),
    totals: [
      ...byConnector,
      ...(requests.length === 0 ? [] : [[ALL_TOGETHER, requests] as const]),
    ].map(([connectorId, each]) => ({
      connectorId,
      ...statusCounts(each),
      ...bucketCounts(each),
      lastRequestAt: latest(each)?.at ?? null,
      ...lastError(each),
    })),
  };
}

/** A number that no connector has: the totals of all there were, which do not fall when a connector ends. */
export const ALL_TOGETHER = 0 as ConnectorId;

/** The hour that a moment belongs to: whole hours since 1970. */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS);
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

function isRequest({ method, actor }: LoggedRow): boolean {
  return METHODS.has(method) && actor === null;
}

function statusCounts(rows: readonly LoggedRow[]): StatusCounts {
  const ofClass = (isRefusal: boolean, digit: number) =>
    sum(
      rows.filter(
        ({ status, refusalKey }) =>
          Math.floor(status / 100) === digit && (refusalKey !== null) === isRefusal,
      ),
      ({ count }) => count ?? 1,
    );
  return {
    requests2xx: ofClass(false, 2),
    requests3xx: ofClass(false, 3),
    requests4xx: ofClass(false, 4),
    requests5xx: ofClass(false, 5),
    refusals4xx: ofClass(true, 4),
    refusals5xx: ofClass(true, 5),
    latencyMs: sum(letIn(rows), ({ latencyMs }) => latencyMs),
  };
}

/** A refused caller's row has the time of its first one alone: those say nothing of how long requests take. */
function letIn(rows: readonly LoggedRow[]): readonly LoggedRow[] {
  return rows.filter(({ refusalKey }) => refusalKey === null);
}

function bucketCounts(rows: readonly LoggedRow[]): BucketCounts {
  const counts: Record<keyof BucketCounts, number> = {
    upTo10: 0,
    upTo25: 0,
    upTo50: 0,
    upTo100: 0,
    upTo250: 0,
    upTo500: 0,
    upTo1000: 0,
    upTo2500: 0,
  };
  for (const { latencyMs, count } of letIn(rows)) {
    const bucket = LATENCY_BUCKETS.find(({ upToMs }) => latencyMs <= upToMs);
    if (bucket !== undefined) counts[bucket.name] += count ?? 1;
  }
  return counts;
}

function lastError(
  rows: readonly LoggedRow[],
): Pick<TotalCounts, "lastErrorAt" | "lastErrorStatus" | "lastErrorId"> {
  const last = latest(rows.filter(({ status }) => status >= 400));
  return {
    lastErrorAt: last?.at ?? null,
    lastErrorStatus: last?.status ?? null,
    lastErrorId: last?.opId ?? null,
  };
}

function latest(rows: readonly LoggedRow[]): LoggedRow | undefined {
  return rows.toSorted((a, b) => a.at - b.at).at(-1);
}

function sum<Item>(items: readonly Item[], numberOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}
