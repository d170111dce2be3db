import type { CandidateKeys, CommitOutcome, ResourceRecord, TypeName } from "#scim/ports.ts";
import { type Access, accessBeside, type StoredTerms } from "./access.ts";
import type { Clock } from "./clock.ts";
import { changeStatements, type RunRows } from "./commit-statements.ts";
import { stepOf } from "./commit-steps.ts";
import type { ConnectorId } from "./connector-id.ts";
import { classifyError } from "./d1-error.ts";
import { type Database, withRetries } from "./database.ts";
import { insertEventIf } from "./events.ts";
import { credentialHolds } from "./guards.ts";
import { GROUPS_COLUMN, RESOURCE_OBJECT } from "./resources.ts";
import { afterEvent, eachChunk } from "./row-source.ts";
import type { ChangeToCommit } from "./write.ts";

/** What must hold of a connector's resources for a change that was decided without a look at them. */
export type Premise =
  | { readonly kind: "unchanged"; readonly record: ResourceRecord }
  | { readonly kind: "nobody"; readonly type: TypeName; readonly keys: CandidateKeys };

/** One change that was decided on what is remembered of its connector and its resource. */
export interface GuessedWrite {
  readonly change: ChangeToCommit;
  readonly credentialHash: string;
  readonly terms: StoredTerms;
  readonly premise: Premise;
  readonly at: number;
}

/**
 * What became of a guess. `undone`: something remembered was wrong and nothing is stored; `found` are the
 * resources that the premise is about, as they are, unless they have to be asked for by themselves.
 */
export type GuessOutcome =
  | { readonly kind: "committed"; readonly access: Access | undefined }
  | {
      readonly kind: "undone";
      readonly access: Access | undefined;
      readonly found: readonly ResourceRecord[] | undefined;
    }
  | Extract<CommitOutcome, { readonly kind: "uniqueness" }>;

/**
 * Stores a change in the one round trip that also looks whether all of it still holds: the credential,
 * the connector's terms, the resource. The event row goes in on that condition and every other statement
 * on the event row, so that a wrong guess stores nothing and its batch is the look it should have begun with.
 * Throws as commitChanges does.
 */
export async function commitGuess(
  db: Database,
  connectorId: ConnectorId,
  write: GuessedWrite,
  clock: Clock,
): Promise<GuessOutcome> {
  const { credentialHash, premise } = write;
  const look = accessBeside(db, credentialHash, {
    expression: FOUND[premise.kind],
    values: [JSON.stringify(valuesOf(premise))],
    read: (records) => records,
  });
  let isRepeated = false;
  const run = () => {
    const statements = [...look.statements, ...batchOf(db, connectorId, write, isRepeated)];
    isRepeated = true;
    return db.batch(statements);
  };
  try {
    const [looked, event] = await withRetries(clock, run);
    const { access, found } = look.read(looked);
    // RETURNING would tell it too, for two rows read.
    if ((event?.meta.changes ?? 0) > 0) return { kind: "committed", access };
    return { kind: "undone", access, found: found?.value };
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
  write: GuessedWrite,
  isRepeated: boolean,
): readonly D1PreparedStatement[] {
  const { change, premise, at } = write;
  // Of users alone: there are no names to allow twice.
  const step = stepOf(change, {
    changes: [change],
    credentialHash: undefined,
    at,
    allowDuplicateGroupNames: false,
  });
  const held = JSON.stringify({
    hash: write.credentialHash,
    at,
    ...write.terms,
    ...valuesOf(premise),
  });
  const event = eachChunk([change.event], (source, json) =>
    db
      .prepare(insertEventIf(CONDITIONS[premise.kind], isRepeated)(source))
      .bind(json, connectorId, held),
  );
  const run: RunRows = (items, text) =>
    eachChunk(items, (source, json) =>
      db.prepare(text(afterEvent(source))).bind(json, connectorId, change.event.opId),
    );
  return [...event, ...changeStatements([step], run)];
}

const TERMS =
  "connectors.settings = ?3 ->> 'settings' AND connectors.attributes = ?3 ->> 'attributes'";
const CALLER = credentialHolds("?3 ->> 'hash'", "?3 ->> 'at'", TERMS);

const UNCHANGED = `EXISTS (SELECT 1 FROM resources WHERE row_id = ?3 ->> 'rowId' AND connector_id = ?2
  AND id = ?3 ->> 'id' AND version = ?3 ->> 'version' AND modified_at = ?3 ->> 'modifiedAt'
  AND deleted_at IS NULL AND ${GROUPS_COLUMN} = ?3 ->> 'groupsText')`;

const NOBODY = `NOT EXISTS (SELECT 1 FROM resources WHERE connector_id = ?2 AND type = ?3 ->> 'type'
    AND name_key = ?3 ->> 'nameKey' AND deleted_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM resources WHERE connector_id = ?2 AND type = ?3 ->> 'type'
    AND external_id = ?3 ->> 'externalId')`;

// What is wrong more often comes first: the rest is then not looked at.
const CONDITIONS = {
  unchanged: `${UNCHANGED} AND ${CALLER}`,
  nobody: `${NOBODY} AND ${CALLER}`,
} as const satisfies Record<Premise["kind"], string>;

const OF_CALLER = `(SELECT ${RESOURCE_OBJECT} FROM resources
  WHERE resources.connector_id = c.connector_id AND resources.type = ?2 ->> 'type'`;

/** The resources that a premise is about, as resourceById and resourceCandidates find them, as a JSON list. */
const FOUND = {
  unchanged: `json_array(${OF_CALLER} AND resources.id = ?2 ->> 'id' AND resources.deleted_at IS NULL))`,
  nobody: `json_array(
    ${OF_CALLER} AND resources.name_key = ?2 ->> 'nameKey' AND resources.deleted_at IS NULL),
    ${OF_CALLER} AND resources.external_id = ?2 ->> 'externalId'))`,
} as const satisfies Record<Premise["kind"], string>;

function valuesOf(premise: Premise): object {
  switch (premise.kind) {
    case "unchanged": {
      const { rowId, type, id, version, modifiedAt, groupsText } = premise.record;
      return { rowId, type, id, version, modifiedAt, groupsText };
    }
    case "nobody":
      return { type: premise.type, ...premise.keys };
  }
}
