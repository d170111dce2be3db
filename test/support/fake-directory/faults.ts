import { seededRandom } from "../random.ts";

/** What can go wrong with a request. */
export type FaultKind =
  /** 429, in the provider's own form. */
  | "throttle"
  /** Google's 403 for too many requests; elsewhere as "throttle". */
  | "quota"
  | "serverError"
  | "unavailable"
  | "unauthorized"
  | "forbidden"
  /** The connection ends before an answer. */
  | "reset"
  /** The connection ends in the middle of the answer. */
  | "cut"
  /** No answer until the caller gives up. */
  | "hang"
  /** Whole by its length, but half of the JSON. */
  | "truncated"
  | "html"
  /** The next link names another host (providers with links). */
  | "foreignNext"
  /** The first page again, with the cursor that was just used. */
  | "repeatedPage"
  /** The first page again and again, each time with a new cursor (providers with cursors). */
  | "endlessPages"
  | "emptyList"
  /** 410 for a delta or page link (Entra). */
  | "expiredDelta"
  /** 10 MB of JSON. */
  | "hugePage"
  /** 10 MB for a page of more than `records` records; with `status` (413) that instead. */
  | "largePage"
  /** The answer is `status` with `body`, whatever was asked for. */
  | "answer"
  /** The answer, with headers that say that nothing is left of the limit for `seconds`. */
  | "lowLimit";

/** Which requests a fault befalls. */
export interface FaultRule {
  readonly kind: FaultKind;
  /** A part of the path and query; any request without it. */
  readonly path?: string;
  /** How many requests; one without it, Infinity (null in JSON) for all. */
  readonly times?: number | null;
  /** How many matching requests are spared first. */
  readonly after?: number;
  readonly status?: number;
  /** The text of an answer, JSON as a rule; "" for none. */
  readonly body?: string;
  readonly records?: number;
  /** How long a throttled caller is to wait, in seconds. */
  readonly seconds?: number;
}

/** The faults of one fake provider. */
export interface Faults {
  readonly next: (kind: FaultKind, rule?: Omit<FaultRule, "kind">) => void;
  /** Befalls a share of all requests, the same ones for the same seed. */
  readonly rate: (share: number, seed: number, kinds?: readonly FaultKind[]) => void;
  readonly clear: () => void;
  /** The fault of one request; undefined for none. */
  readonly pick: (pathAndQuery: string) => FaultRule | undefined;
}

/** What a rate draws from: faults that pass. */
const PASSING: readonly FaultKind[] = [
  "throttle",
  "unavailable",
  "serverError",
  "reset",
  "cut",
  "truncated",
  "html",
];

/** Makes a programme of faults that is empty at first. */
export function createFaults(): Faults {
  let rules: { rule: FaultRule; left: number; spared: number }[] = [];
  let drawn: (() => FaultRule | undefined) | undefined;
  return {
    next: (kind, rule = {}) => {
      const times = rule.times === null ? Number.POSITIVE_INFINITY : (rule.times ?? 1);
      rules.push({ rule: { ...rule, kind }, left: times, spared: rule.after ?? 0 });
    },
    rate: (share, seed, kinds = PASSING) => {
      const random = seededRandom(seed);
      drawn = () => {
        if (random() >= share) return undefined;
        const kind = kinds[Math.floor(random() * kinds.length)];
        return kind === undefined ? undefined : { kind };
      };
    },
    clear: () => {
      rules = [];
      drawn = undefined;
    },
    pick: (pathAndQuery) => {
      for (const each of rules) {
        if (each.left === 0 || !pathAndQuery.includes(each.rule.path ?? "")) continue;
        if (each.spared > 0) {
          each.spared -= 1;
          continue;
        }
        each.left -= 1;
        return each.rule;
      }
      return drawn?.();
    },
  };
}
