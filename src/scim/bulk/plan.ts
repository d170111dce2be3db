import { ScimError } from "#scim/error.ts";
import { type BulkOperation, refusedOperation } from "./operation.ts";
import { referencesOf } from "./reference.ts";

/** An operation in the order of performance. */
export interface PlannedOperation {
  /** Its place in the request. */
  readonly position: number;
  readonly operation: BulkOperation;
  /** The bulkIds it refers to. */
  readonly references: ReadonlySet<string>;
}

/**
 * Puts operations into an order in which whatever one refers to is created before it (RFC 7644
 * §3.7.1): the order of the request, but what refers forward waits. What waits for itself is refused.
 */
export function planOperations(operations: readonly BulkOperation[]): readonly PlannedOperation[] {
  const nodes = withPredecessors(operations);
  const rounds = roundsOf(nodes.map(({ predecessors }) => predecessors));
  const placed = nodes.flatMap(({ planned }) => {
    const round = rounds.get(planned.position);
    return round === undefined ? [] : [{ planned, round }];
  });
  const circular = nodes.flatMap(({ planned }) =>
    rounds.has(planned.position)
      ? []
      : [{ ...planned, operation: refusedOperation(planned.operation, refuseCircle()) }],
  );
  const ordered = placed.toSorted((a, b) => a.round - b.round).map(({ planned }) => planned);
  return [...ordered, ...circular];
}

/**
 * How often each operation is passed over before all that it waits for is done, in one look at each
 * reference; an operation that waits for itself has no round.
 */
function roundsOf(predecessors: readonly ReadonlySet<number>[]): ReadonlyMap<number, number> {
  const successors = predecessors.map((): number[] => []);
  for (const [position, before] of predecessors.entries()) {
    for (const each of before) successors[each]?.push(position);
  }
  const missing = predecessors.map(({ size }) => size);
  const earliest = predecessors.map(() => 0);
  const ready = [...missing.keys()].filter((position) => missing[position] === 0);
  const rounds = new Map<number, number>();
  for (const position of ready) {
    const round = earliest[position] ?? 0;
    rounds.set(position, round);
    for (const next of successors[position] ?? []) {
      // What stands earlier in the request has been passed over already in this round.
      earliest[next] = Math.max(earliest[next] ?? 0, next < position ? round + 1 : round);
      missing[next] = (missing[next] ?? 0) - 1;
      if (missing[next] === 0) ready.push(next);
    }
  }
  return rounds;
}

function refuseCircle(): ScimError {
  return ScimError.status(
    409,
    "The references of this operation lead in a circle, so none of them can be created first.",
  );
}

/** Each operation with the positions of those that must come before it. */
function withPredecessors(operations: readonly BulkOperation[]) {
  const creators = new Map<string, number>();
  for (const [position, { action, bulkId }] of operations.entries()) {
    if (action.kind === "create" && bulkId !== undefined) creators.set(bulkId, position);
  }
  const lastOnTarget = new Map<string, number>();
  return operations.map((operation, position) => {
    const references = referencesOf(operation);
    const referred = [...references].flatMap((bulkId) => creators.get(bulkId) ?? []);
    // What waits must not be overtaken by a later operation on the same resource.
    const { action } = operation;
    const target = "id" in action ? `${action.type} ${action.id}` : undefined;
    const former = target === undefined ? undefined : lastOnTarget.get(target);
    if (target !== undefined) lastOnTarget.set(target, position);
    const predecessors = new Set(former === undefined ? referred : [...referred, former]);
    return { planned: { position, operation, references }, predecessors };
  });
}
