import type { CommitOutcome, ResourceChange, TypeName } from "#scim/ports.ts";
import type { GroupDirectory } from "#scim/provision/group.ts";
import type { StoredBridge } from "#store/admin/bridges.ts";
import type { Clock } from "#store/clock.ts";
import { commitChanges } from "#store/commit/commit.ts";
import type { Database } from "#store/database.ts";
import { allMembers, groupWithNamed, parkedCount } from "#store/directory/members.ts";
import { type Query, runQuery, type Scope } from "#store/query.ts";
import { resourceById, resourceCandidates } from "#store/resources.ts";
import { type BridgeFacts, bridgeEvent } from "./event-row.ts";
import { RunReplaced } from "./run-replaced.ts";

/** Who writes into the directory: a run of the bridge of one connector. */
export interface BridgeActor {
  readonly db: Database;
  readonly clock: Clock;
  readonly connector: Pick<StoredBridge, "connectorId" | "settings" | "types">;
  readonly run: Omit<BridgeFacts, "at" | "isMasked">;
}

/** Rivals of one resource meet at most this often again: 20 ms, growing with each attempt. */
const PAUSE_STEP_MS = 20;

/**
 * The resources of one type of the bridge's connector, as the provisioning functions of push take
 * them: at one moment, with the Bridge as actor and without a credential.
 */
export function bridgeDirectory(actor: BridgeActor, typeName: TypeName): GroupDirectory {
  const { db, clock, connector, run } = actor;
  const type = connector.types[typeName];
  const scope: Scope = { kind: "connector", connectorId: connector.connectorId };
  const ask = <T>(query: Query<T>) => runQuery(db, query, clock);
  return {
    type,
    now: clock.now(),
    newId: run.newId,
    settings: async () => ({ ...connector.settings, type }),
    read: (id) => ask(resourceById(db, scope, typeName, id)),
    candidates: (keys) => ask(resourceCandidates(db, scope, typeName, keys)),
    commit: (changes, warnings) => commitAsBridge(actor, typeName, changes, () => warnings),
    pause: (attempt) => clock.sleep(PAUSE_STEP_MS * attempt * (0.5 + clock.random())),
    readGroup: (id, named) => ask(groupWithNamed(db, scope, id, named)),
    allMembers: (id) => ask(allMembers(db, scope, id)),
    parkedCount: () => ask(parkedCount(db, scope)),
  };
}

/**
 * Stores decided changes of one type in one batch, each with its event of the run. Throws RunReplaced where the
 * connector's directory is at its end.
 */
export async function commitAsBridge(
  { db, clock, connector, run }: BridgeActor,
  typeName: TypeName,
  changes: readonly ResourceChange[],
  warningsOf: (change: ResourceChange) => readonly string[] = () => [],
): Promise<CommitOutcome> {
  const { connectorId, settings, types } = connector;
  const at = clock.now();
  const facts: BridgeFacts = { ...run, at, isMasked: settings.maskPersonalData };
  const write = {
    changes: changes.map((change) => ({
      change,
      type: types[typeName],
      event: bridgeEvent(facts, change, warningsOf(change)),
    })),
    credentialHash: undefined,
    at,
    allowDuplicateGroupNames: settings.allowDuplicateGroupNames,
    uniqueExternalId: settings.uniqueExternalId,
    application: settings,
  };
  const outcome = await commitChanges(db, connectorId, write, clock);
  if (outcome.kind !== "credentialGone") return outcome;
  // The connector was deleted, or moves to another tenant, and nobody else writes meanwhile.
  throw new RunReplaced();
}
