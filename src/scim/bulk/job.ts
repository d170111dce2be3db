import type { BulkRequest } from "./bulk.ts";
import { type BulkResult, type BulkWorld, noteBulkId, performOperation } from "./perform.ts";
import { type PlannedOperation, planOperations } from "./plan.ts";
import { nextStretch, performStretch } from "./stretch.ts";

/**
 * Performs the operations of a BulkRequest (RFC 7644 §3.7), as many at once as may be, and gives the
 * results of those that were performed, in the order of the request. A fault of ours ends it: thrown
 * as long as nothing is stored, and from then on the outcome of all that was still to do.
 */
export async function performBulk(
  { operations, errorsMax }: BulkRequest,
  world: BulkWorld,
): Promise<readonly BulkResult[]> {
  const ids = new Map<string, string>();
  const results: BulkResult[] = [];
  let rest = planOperations(operations);
  let stretchMax = operations.length;
  let errors = 0;
  for (let [head] = rest; head !== undefined && errors < errorsMax; [head] = rest) {
    const step = await performHead(head, rest, stretchMax, {
      world,
      ids,
      errorsMax: errorsMax - errors,
    }).catch((error: unknown) => faultOf(error, rest, results));
    for (const result of step.results) {
      noteBulkId(ids, result);
      if (result.outcome.kind !== "written") errors += 1;
    }
    results.push(...step.results);
    rest = rest.slice(step.results.length);
    stretchMax = step.stretchMax;
  }
  return results.toSorted((a, b) => a.position - b.position);
}

/** What was performed, and how many operations may be performed together next. */
interface Step {
  readonly results: readonly BulkResult[];
  readonly stretchMax: number;
}

interface Progress {
  readonly world: BulkWorld;
  readonly ids: ReadonlyMap<string, string>;
  readonly errorsMax: number;
}

/**
 * Performs the operations at the head: together, or else the first one alone. A rival in the way is
 * cornered by halves, so that it costs few operations the company of the others.
 */
async function performHead(
  head: PlannedOperation,
  rest: readonly PlannedOperation[],
  stretchMax: number,
  { world, ids, errorsMax }: Progress,
): Promise<Step> {
  const stretch = nextStretch(rest, stretchMax, ids);
  if (stretch.length < 2) {
    const groups = () => world.groups(head.position);
    const result = await performOperation(head, ids, world.users(head.position), groups);
    return { results: [result], stretchMax: stretchMax * 2 };
  }
  const results = await performStretch(stretch, world, ids, errorsMax);
  if (results === undefined) return { results: [], stretchMax: Math.floor(stretch.length / 2) };
  return { results, stretchMax: results.length < stretch.length ? results.length : stretchMax * 2 };
}

/** A fault of ours as the outcome of all that is still to do; thrown where nothing is stored yet. */
function faultOf(
  error: unknown,
  rest: readonly PlannedOperation[],
  results: readonly BulkResult[],
): Step {
  if (!results.some(({ outcome }) => outcome.kind === "written")) throw error;
  const failed = rest.map(({ position, operation }): BulkResult => {
    return { position, operation, outcome: { kind: "failed", error } };
  });
  return { results: failed, stretchMax: 0 };
}
