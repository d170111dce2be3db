import { type BulkOperation, refusedOperation } from "./bulk-operation.ts";
import { referencesOf } from "./bulk-reference.ts";
import { ScimError } from "./error.ts";

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
  let waiting = withPredecessors(operations);
  const placed = new Set<number>();
  const ordered: PlannedOperation[] = [];
  for (let isMoving = true; isMoving; ) {
    const before = placed.size;
    waiting = waiting.filter(({ planned, predecessors }) => {
      if (predecessors.some((position) => !placed.has(position))) return true;
      placed.add(planned.position);
      ordered.push(planned);
      return false;
    });
    isMoving = placed.size > before;
  }
  const circular = waiting.map(({ planned }) => ({
    ...planned,
    operation: refusedOperation(planned.operation, refuseCircle()),
  }));
  return [...ordered, ...circular];
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
    const predecessors = former === undefined ? referred : [...referred, former];
    return { planned: { position, operation, references }, predecessors };
  });
}
