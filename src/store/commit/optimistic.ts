import type { CandidateKeys, CommitOutcome, ResourceRecord, TypeName } from "#scim/ports.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type Access, accessBeside, type StoredTerms } from "#store/directory/access.ts";
import { insertEventIf } from "#store/event-log/events.ts";
import { GROUPS_COLUMN, objectList, resourceObject } from "#store/resource-text.ts";
import { eachChunk } from "#store/row-source.ts";
import type { ChangeToCommit } from "#store/write.ts";
import { changeStatements } from "./statements.ts";
import { stepOf } from "./steps.ts";

/** What must hold of a connector's resources for a change that was decided without a look at them. */
export type Assumption =
  | { readonly kind: "unchanged"; readonly record: ResourceRecord }
  | { readonly kind: "nobody"; readonly type: TypeName; readonly keys: CandidateKeys };

/** One change that was decided on what is remembered of its connector and its resource. */
export interface OptimisticWrite {
  readonly change: ChangeToCommit;
  readonly credentialHash: string;
  readonly terms: StoredTerms;
  readonly assumption: Assumption;
  readonly at: number;
  readonly uniqueExternalId: boolean;
}

/**
 * What became of an optimistic write. `assumptionFailed`: something remembered was wrong and nothing is
 * stored; `found` are the resources that the assumption is about, as they are, unless they have to be asked
 * for by themselves.
 */
export type OptimisticOutcome =
  | { readonly kind: "committed"; readonly access: Access | undefined }
  | {
      readonly kind: "assumptionFailed";
      readonly access: Access | undefined;
      readonly found: readonly ResourceRecord[] | undefined;
    }
  | Extract<CommitOutcome, { readonly kind: "uniqueness" }>;

/**
 * Stores a change in the one round trip that also looks whether all of it still holds: the credential,
 * the connector's terms, the resource. The event row goes in on that condition and every other statement
 * on the event row, so that a wrong assumption stores nothing and its batch is the look it should have begun
 * with. Throws as commitChanges does.
 */
export async function commitOptimistic(
  db: Database,
  connectorId: ConnectorId,
  write: OptimisticWrite,
  clock: Clock,
): Promise<OptimisticOutcome> {
  const { credentialHash, assumption } = write;
  const look = accessBeside(db, credentialHash, {
    expression: FOUND[assumption.kind],
    values: [JSON.stringify(valuesOf(assumption))],
    read: (records) => records,
  });
  let isRepeated = false;
  const run = () => {
    const statements = [look.statement, ...batchOf(db, connectorId, write, isRepeated)];
    isRepeated = true;
    return db.batch(statements);
  };
  try {
    const [looked, event] = await withRetries(clock, run);
    const access = look.accessIn(looked);
    // RETURNING would tell it too, for two rows read.
    if ((event?.meta.changes ?? 0) > 0) return { kind: "committed", access };
    return { kind: "assumptionFailed", access, found: look.foundIn(looked)?.value };
  } catch (error) {
    const outcome = classifyError(error);
    if (outcome.kind === "duplicateOperation") return { kind: "committed", access: undefined };
    if (outcome.kind === "uniqueness") return outcome;
    throw error;
  }
}

function batchOf(
  db: Database,
  connectorId: ConnectorId,
  write: OptimisticWrite,
  isRepeated: boolean,
): readonly D1PreparedStatement[] {
  const { change, assumption, at, uniqueExternalId } = write;
  // Of users alone: there are no names to allow twice.
  const step = stepOf(change, {
    changes: [change],
    credentialHash: undefined,
    at,
    allowDuplicateGroupNames: false,
    uniqueExternalId,
  });
  const held = JSON.stringify({
    hash: write.credentialHash,
    at,
    ...write.terms,
    ...valuesOf(assumption),
  });
  const event = eachChunk([change.event], (source, json) =>
    db.prepare(insertEventIf(conditionOf(write), isRepeated)(source)).bind(json, connectorId, held),
  );
  const changes = changeStatements(db, [step], { connectorId, afterEvent: change.event.opId });
  return [...event, ...changes];
}

const TERMS =
  "connectors.settings = ?3 ->> 'settings' AND connectors.attributes = ?3 ->> 'attributes'";
const CALLER = `EXISTS (
  SELECT 1 FROM credentials CROSS JOIN connectors ON connectors.number = credentials.connector_id
  WHERE credentials.hash = ?3 ->> 'hash' AND credentials.connector_id = ?2 AND credentials.scope = 'read-write'
    AND credentials.revoked_at IS NULL AND coalesce(credentials.expires_at > ?3 ->> 'at', 1)
    AND connectors.status = 'active' AND connectors.deleted_at IS NULL AND ${TERMS})`;

const UNCHANGED = `row_id = ?3 ->> 'rowId' AND connector_id = ?2 AND id = ?3 ->> 'id'
  AND version = ?3 ->> 'version' AND modified_at = ?3 ->> 'modifiedAt' AND deleted_at IS NULL`;

const NOBODY = `NOT EXISTS (SELECT 1 FROM resources WHERE connector_id = ?2 AND type = ?3 ->> 'type'
    AND name_key = ?3 ->> 'nameKey' AND deleted_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM resources WHERE connector_id = ?2 AND type = ?3 ->> 'type'
    AND external_id = ?3 ->> 'externalId')`;

/** What must hold; what is wrong more often comes first, since the rest is then not looked at. */
function conditionOf({ assumption, change: { change } }: OptimisticWrite): string {
  if (assumption.kind === "nobody") return `${NOBODY} AND ${CALLER}`;
  // A membership does not change the user's version, and whoever leaves is not shown any more.
  const groups = change.kind === "update" ? ` AND ${GROUPS_COLUMN} = ?3 ->> 'groupsText'` : "";
  return `EXISTS (SELECT 1 FROM resources WHERE ${UNCHANGED}${groups}) AND ${CALLER}`;
}

const OF_CALLER = "connector_id = c.connector_id AND type = ?2 ->> 'type'";
const NAMED = "name_key = ?2 ->> 'nameKey' AND deleted_at IS NULL";

/** The resources that an assumption is about, each once, as resourceById and resourceCandidates find them. */
const FOUND = {
  unchanged: objectList([
    resourceObject(`${OF_CALLER} AND id = ?2 ->> 'id' AND deleted_at IS NULL`),
  ]),
  nobody: objectList([
    resourceObject(`${OF_CALLER} AND ${NAMED}`),
    resourceObject(`${OF_CALLER} AND external_id = ?2 ->> 'externalId' AND NOT (${NAMED})`),
  ]),
} as const satisfies Record<Assumption["kind"], string>;

function valuesOf(assumption: Assumption): object {
  switch (assumption.kind) {
    case "unchanged": {
      const { rowId, type, id, version, modifiedAt, groupsText } = assumption.record;
      return { rowId, type, id, version, modifiedAt, groupsText };
    }
    case "nobody":
      return { type: assumption.type, ...assumption.keys };
  }
}
