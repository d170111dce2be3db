import { ScimError } from "#scim/error.ts";
import type { ResourceChange } from "#scim/ports.ts";
import { Overloaded } from "#store/d1-error.ts";
import type { Issue, IssueKind } from "../mapping/mapped.ts";
import { SourceError } from "../source/source.ts";
import { mayWrite, type Run } from "../state/run.ts";
import { commitAsBridge } from "./directory.ts";
import { bridgeActor, type RunContext } from "./run-context.ts";
import { RunReplaced } from "./run-replaced.ts";

/** How items of one kind are decided and, where the directory refuses one, what stands in its place. */
export interface Decider<Item, Planned> {
  /** Looks the items up and decides them as the directory is now; nothing is stored. */
  readonly plan: (items: readonly Item[]) => Promise<readonly Planned[]>;
  readonly changeOf: (planned: Planned) => ResourceChange | undefined;
  /** What the event of its change warns of; nothing where it is left out. */
  readonly warningsOf?: (planned: Planned) => readonly string[];
  readonly refused: (item: Item, issue: Omit<Issue, "sourceId" | "userName">) => readonly Planned[];
}

/** Rivals are met again so often before items go one by one. */
const ATTEMPTS_MAX = 3;

const PAUSE_STEP_MS = 20;

/**
 * Decides items and stores what they come to in one batch; a rival's write has them decided again.
 * Where the batch is refused all the same, they go one by one, and who is refused then is an issue:
 * one bad record keeps no other from being stored. A dry run decides only.
 */
export async function writeBatch<Item, Planned>(
  world: RunContext,
  run: Run,
  items: readonly Item[],
  decider: Decider<Item, Planned>,
): Promise<readonly Planned[]> {
  if (items.length === 0) return [];
  const together = await tryItems(world, run, items, decider);
  if (together.kind === "stored") return together.planned;
  const [only, ...others] = items;
  if (only !== undefined && others.length === 0) return refuse(only, together, decider);
  const planned: Planned[] = [];
  const faults: unknown[] = [];
  for (const item of items) {
    const tried = await tryItems(world, run, [item], decider);
    if (tried.kind === "broken") faults.push(tried.error);
    planned.push(...(tried.kind === "stored" ? tried.planned : refuse(item, tried, decider)));
  }
  // No record is at fault where all of them fail.
  if (faults.length === items.length) throw faults[0];
  return planned;
}

type Tried<Planned> =
  | { readonly kind: "stored"; readonly planned: readonly Planned[] }
  | { readonly kind: "refused"; readonly why: IssueKind; readonly detail: string }
  | { readonly kind: "contended" }
  | { readonly kind: "broken"; readonly error: unknown };

async function tryItems<Item, Planned>(
  world: RunContext,
  run: Run,
  items: readonly Item[],
  decider: Decider<Item, Planned>,
): Promise<Tried<Planned>> {
  let last: Tried<Planned> = { kind: "contended" };
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    try {
      last = await tryOnce(world, run, items, decider);
    } catch (error) {
      // No record is at fault for what the database or the provider lacks.
      if (error instanceof Overloaded || error instanceof SourceError) throw error;
      if (error instanceof RunReplaced) throw error;
      if (!(error instanceof ScimError)) return { kind: "broken", error };
      return { kind: "refused", why: "invalid-value", detail: error.detail };
    }
    if (last.kind === "stored") return last;
    await world.clock.sleep(PAUSE_STEP_MS * attempt * (0.5 + world.clock.random()));
  }
  return last;
}

async function tryOnce<Item, Planned>(
  world: RunContext,
  run: Run,
  items: readonly Item[],
  { plan, changeOf, warningsOf }: Decider<Item, Planned>,
): Promise<Tried<Planned>> {
  const planned = await plan(items);
  const changes = planned.flatMap((each) => changeOf(each) ?? []);
  if (changes.length === 0 || !mayWrite(run)) return { kind: "stored", planned };
  const warnings = new Map(planned.map((each) => [changeOf(each), warningsOf?.(each) ?? []]));
  const warned = (change: ResourceChange) => warnings.get(change) ?? [];
  const outcome = await commitAsBridge(bridgeActor(world, run), "User", changes, warned);
  switch (outcome.kind) {
    case "committed":
      world.onCommit();
      return { kind: "stored", planned };
    case "uniqueness":
      return {
        kind: "refused",
        why: outcome.key === "name" ? "userName-taken" : "externalId-taken",
        detail: TAKEN,
      };
    case "versionChanged":
      return { kind: "contended" };
    case "membershipCycle":
      throw new Error("A user's change was refused for a cycle of groups.");
  }
}

const TAKEN =
  "Another user of this connector holds the userName or externalId. Rename one of the two at the provider, or rename or remove the other user here.";

function refuse<Item, Planned>(
  item: Item,
  tried: Exclude<Tried<Planned>, { kind: "stored" }>,
  { refused }: Decider<Item, Planned>,
): readonly Planned[] {
  switch (tried.kind) {
    case "refused":
      return refused(item, { kind: tried.why, detail: tried.detail });
    case "contended":
      throw new Error("Other writes kept changing a user.");
    case "broken":
      return refused(item, {
        kind: "invalid-value",
        detail: "The database cannot store this record. Look at its values at the provider.",
      });
  }
}
