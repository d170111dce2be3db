import type { Directory, ResourceChange } from "#scim/ports.ts";
import { draftOf } from "#scim/provision/draft.ts";
import { identityOf } from "#scim/resource/identity.ts";
import { type Found, identityKeys, keysOf, keyText, type ResourceKey } from "#scim/resource/key.ts";
import { USER } from "#scim/schema/registry.ts";
import {
  type BulkDecision,
  type BulkResult,
  type BulkWorld,
  noteBulkId,
  performOperation,
} from "./perform.ts";
import type { PlannedOperation } from "./plan.ts";
import { referenceIn } from "./reference.ts";

/** An operation that can be performed with others, and the keys by which it looks for users. */
export interface StretchOperation {
  readonly planned: PlannedOperation;
  readonly asked: readonly ResourceKey[];
}

/**
 * The operations at the head of `rest` that may be performed together: on users, each by other keys,
 * `limit` at most. Empty where the first one has to be performed by itself.
 */
export function nextStretch(
  rest: readonly PlannedOperation[],
  limit: number,
  ids: ReadonlyMap<string, string>,
): readonly StretchOperation[] {
  const stretch: StretchOperation[] = [];
  const known = new Set<string>();
  for (const planned of rest.slice(0, limit)) {
    const asked = askedKeys(planned, ids);
    if (asked === undefined || holdsAny(known, asked)) break;
    for (const key of asked) known.add(keyText(key));
    stretch.push({ planned, asked });
  }
  return stretch;
}

/**
 * Performs operations together: one look, then each is decided on what was found, then one commit.
 * Gives the results of those at the head that do not depend on each other, `errorsMax` errors at
 * most; undefined where a rival was in the way, and nothing was stored.
 */
export async function performStretch(
  stretch: readonly StretchOperation[],
  world: BulkWorld,
  ids: ReadonlyMap<string, string>,
  errorsMax: number,
): Promise<readonly BulkResult[] | undefined> {
  const keys = stretch.flatMap(({ asked }) => asked);
  const found = keys.length === 0 ? (new Map() satisfies Found) : await world.find(keys);
  const idsSoFar = new Map(ids);
  const changed = new Set<string>();
  const results: BulkResult[] = [];
  const decisions: BulkDecision[] = [];
  let errors = 0;
  for (const { planned, asked } of stretch) {
    const { result, decision } = await decide(planned, world, idsSoFar, found);
    const touched = decision.changes.flatMap(changedKeys);
    if (holdsAny(changed, [...asked, ...touched])) break;
    for (const key of touched) changed.add(keyText(key));
    noteBulkId(idsSoFar, result);
    results.push(result);
    if (decision.changes.length > 0) decisions.push(decision);
    if (result.outcome.kind === "refused") errors += 1;
    if (errors >= errorsMax) break;
  }
  if (decisions.length === 0) return results;
  const { kind } = await world.commitAll(decisions);
  return kind === "committed" ? results : undefined;
}

/** What an operation would do to the users as they were found; nothing is stored. */
async function decide(
  planned: PlannedOperation,
  world: BulkWorld,
  ids: ReadonlyMap<string, string>,
  found: Found,
) {
  const { position } = planned;
  let decision: BulkDecision = { position, changes: [], warnings: [] };
  const users: Directory = {
    ...world.users(position),
    read: async (id) => found.get(keyText({ key: "id", value: id }))?.[0],
    candidates: async (keys) => {
      const holders = identityKeys(keys).flatMap((key) => found.get(keyText(key)) ?? []);
      return [...new Map(holders.map((record) => [record.id, record])).values()];
    },
    commit: async (changes, warnings) => {
      decision = { position, changes, warnings };
      return { kind: "committed" };
    },
  };
  const result = await performOperation(planned, ids, users, () => world.groups(position));
  return { result, decision };
}

/** The keys by which an operation looks for users; undefined where it cannot be part of a stretch. */
function askedKeys(
  { operation }: PlannedOperation,
  ids: ReadonlyMap<string, string>,
): readonly ResourceKey[] | undefined {
  const { action, data } = operation;
  if (action.kind === "refused") return [];
  if (action.type === "Group") return undefined;
  if (action.kind === "create") {
    const draft = draftOf(USER, data);
    return draft === undefined ? [] : identityKeys(identityOf(USER, draft.document));
  }
  const reference = referenceIn(action.id);
  const value = reference === undefined ? action.id : ids.get(reference);
  return value === undefined ? undefined : [{ key: "id", value }];
}

/** The keys that a change takes or gives up. */
function changedKeys(change: ResourceChange): readonly ResourceKey[] {
  const before = change.kind === "create" ? [] : keysOf(USER, change.before);
  return [...before, ...keysOf(USER, change.after)];
}

function holdsAny(known: ReadonlySet<string>, keys: readonly ResourceKey[]): boolean {
  return keys.some((key) => known.has(keyText(key)));
}
