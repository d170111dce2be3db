import type {
  CommitOutcome,
  ConnectorTerms,
  OptimisticBasis,
  ResourceChange,
} from "#scim/ports.ts";

/** What a request comes to; `change` is undefined when it changes nothing. */
interface Decision<Change> {
  readonly change: Change | undefined;
  readonly warnings: readonly string[];
}

/**
 * Decides a request on what is remembered and commits the change. Undefined where nothing was committed
 * because nothing is remembered, or because a refusal or no change came of it: either has to be decided
 * on what is true before the client may learn of it.
 */
export async function tryOptimistic<T, Change extends ResourceChange>(
  basis: OptimisticBasis<T> | undefined,
  decide: (remembered: T, terms: ConnectorTerms) => Decision<Change> | Promise<Decision<Change>>,
): Promise<
  | {
      readonly decision: Decision<Change> & { readonly change: Change };
      readonly outcome: CommitOutcome;
    }
  | undefined
> {
  if (basis === undefined) return undefined;
  const { change, warnings } = await decisionOn(basis, decide);
  if (change === undefined) return undefined;
  const outcome = await basis.commit(change, warnings);
  return { decision: { change, warnings }, outcome };
}

async function decisionOn<T, Change>(
  { remembered, terms }: OptimisticBasis<T>,
  decide: (remembered: T, terms: ConnectorTerms) => Decision<Change> | Promise<Decision<Change>>,
): Promise<Decision<Change>> {
  try {
    return await decide(remembered, terms);
  } catch {
    // Whatever it was, it is met again if it is true.
    return { change: undefined, warnings: [] };
  }
}
