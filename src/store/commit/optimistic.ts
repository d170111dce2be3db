/*
 * Optimistic writes (docs/decisions/0013). A write usually looks first and commits then, in two round trips.
 * An isolate that remembers what a token stood for and whom a request is about (src/http/isolate-cache.ts) has
 * the write decided on that (src/scim/provision/optimistic.ts). What it was decided on is an assumption: the
 * resource is unchanged, or nobody holds the keys of a new one; and the credential and the connector's terms
 * are as remembered. The commit here proves all of it and stores the change, in one round trip:
 *
 * 1. a look at the credential, and beside it at the resources that the assumption is about;
 * 2. the event row, on the condition that the assumption holds;
 * 3. every other statement of a commit, each on the condition that the event row is there.
 *
 * If the assumption fails, nothing is stored, and the look is the one that the write should have begun with.
 * OPTIMISTIC_WRITES = "off" has every write look first; its answers are the same.
 */
import { and, eq, exists, isNull, not, notExists, or, type SQL } from "drizzle-orm";
import type { CandidateKeys, CommitOutcome, ResourceRecord, TypeName } from "#scim/ports.ts";
import type { ApplicationView } from "#scim/rules/shown.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type Access, accessWith, type StoredTerms } from "#store/directory/access.ts";
import { type EventRow, eventCells } from "#store/event-log/events.ts";
import { type WithCredential, withCredentialOf } from "#store/query.ts";
import { foundById, foundList, foundResource, groupsText } from "#store/resources.ts";
import { tellOwnRoles } from "#store/roles/tell.ts";
import { insertRows, rowStatement } from "#store/rows.ts";
import { connectors, credentials, events, resources } from "#store/schema.ts";
import { build, type Givens, named, type Prepared } from "#store/statement.ts";
import type { Brake, ChangeToCommit } from "#store/write.ts";
import { isStored } from "./change-statement.ts";
import { writingCredential } from "./guards.ts";
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
  readonly brake?: Brake | undefined;
  /** How applications see the connector's resources. */
  readonly application: ApplicationView;
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

/** Stores a change if all that it was decided on still holds; throws as commitChanges does. */
export async function commitOptimistic(
  db: Database,
  connectorId: ConnectorId,
  write: OptimisticWrite,
  clock: Clock,
): Promise<OptimisticOutcome> {
  const look = accessWith(db, write.credentialHash, lookOf(write.assumption));
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
  const { change, at, uniqueExternalId, brake, application } = write;
  // Of users alone: there are no names to allow twice.
  const step = stepOf(change, {
    changes: [change],
    credentialHash: undefined,
    at,
    allowDuplicateGroupNames: false,
    uniqueExternalId,
    brake,
    application,
  });
  const caller = { connectorId, hash: write.credentialHash, at, ...write.terms };
  return [
    ...insertEvent(db, write, caller, isRepeated),
    ...changeStatements(db, [step], { connectorId, afterEvent: change.event.opId }, write),
    ...(application.roles.length === 0 ? [] : tellOwnRoles(db, connectorId, [change.event.opId])),
  ];
}

/** The look at the resources that an assumption is about, as resourceById and resourceCandidates find them. */
function lookOf(assumption: Assumption): WithCredential<readonly ResourceRecord[]> {
  const all = (records: readonly ResourceRecord[]) => records;
  switch (assumption.kind) {
    case "unchanged": {
      const { type, id } = assumption.record;
      return withCredentialOf(foundById, { type, id }, all);
    }
    case "nobody":
      return withCredentialOf(foundByKeys, heldKeys(assumption), all);
  }
}

/** Who holds one of the keys, each once. */
function foundByKeys({ type, nameKey, externalId }: Givens<HeldKeys>): SQL<string> {
  const ofType = and(eq(resources.connectorId, credentials.connectorId), eq(resources.type, type));
  const isNamed = and(eq(resources.nameKey, nameKey), isNull(resources.deletedAt));
  const isOther = isNamed && not(isNamed);
  return foundList([
    foundResource(and(ofType, isNamed)),
    foundResource(and(ofType, eq(resources.externalId, externalId), isOther)),
  ]);
}

/** The keys of a new resource that nobody may hold; null is held by none. */
type HeldKeys = {
  readonly type: TypeName;
  readonly nameKey: string;
  readonly externalId: string | null;
};

function heldKeys({ type, keys }: Extract<Assumption, { readonly kind: "nobody" }>): HeldKeys {
  return { type, nameKey: keys.nameKey, externalId: keys.externalId ?? null };
}

/** Who writes, and the connector's terms as they are remembered. */
type Caller = {
  readonly connectorId: ConnectorId;
  readonly hash: string;
  readonly at: number;
} & { readonly [Name in keyof StoredTerms]: string };

/** Makes the statement that appends the event of a write where its assumption holds. */
function insertEvent(
  db: Database,
  { change: { change, event }, assumption }: OptimisticWrite,
  caller: Caller,
  isRepeated: boolean,
): readonly Prepared<unknown>[] {
  const statements = isRepeated ? INSERTS_REPEATED : INSERTS;
  if (assumption.kind === "nobody")
    return statements.nobody(db, [event], { ...caller, ...heldKeys(assumption) });
  const { rowId = null, id, version, modifiedAt, groupsText: groups } = assumption.record;
  const given = { ...caller, rowId, id, version, modifiedAt, groups };
  // A membership does not change the user's version, and whoever leaves is not shown any more.
  return change.kind === "update"
    ? statements.unchangedWithGroups(db, [event], given)
    : statements.unchanged(db, [event], given);
}

const INSERTS = insertsWhere(false);
/** In a batch that is repeated, a known op_id aborts it where the assumption fails too: the try before made it so. */
const INSERTS_REPEATED = insertsWhere(true);

function insertsWhere(isRepeated: boolean) {
  return {
    nobody: insertWhere<Caller & HeldKeys>(isNobody, isRepeated),
    unchanged: insertWhere<Caller & Remembered>((given) => isUnchanged(given), isRepeated),
    unchangedWithGroups: insertWhere<Caller & Remembered>(
      (given) => isUnchanged(given, eq(groupsText(), given.groups)),
      isRepeated,
    ),
  };
}

/** What is wrong more often comes first, since the rest is then not looked at. */
function insertWhere<Given extends Caller>(
  holds: (given: Givens<Given>) => SQL | undefined,
  isRepeated: boolean,
) {
  return rowStatement<EventRow, Given>()((rows, given) => {
    const condition = and(holds(given), callerMayWrite(given));
    const where = isRepeated
      ? or(condition, isStored(given.connectorId, rows.cell("opId")))
      : condition;
    return insertRows(events, eventCells(rows, given.connectorId), { from: rows.from, where });
  });
}

function callerMayWrite(given: Givens<Caller>): SQL {
  const hasTerms = and(
    eq(connectors.settings, given.settings),
    eq(connectors.attributes, given.attributes),
  );
  return exists(writingCredential(given, hasTerms));
}

function isNobody({ connectorId, type, nameKey, externalId }: Givens<Caller & HeldKeys>) {
  const holder = (condition: SQL | undefined) =>
    build
      .select(named({ id: resources.id }))
      .from(resources)
      .where(and(eq(resources.connectorId, connectorId), eq(resources.type, type), condition));
  return and(
    notExists(holder(and(eq(resources.nameKey, nameKey), isNull(resources.deletedAt)))),
    notExists(holder(eq(resources.externalId, externalId))),
  );
}

/** A resource as it is remembered; one without a row was never read. */
type Remembered = {
  readonly rowId: number | null;
  readonly id: string;
  readonly version: number;
  readonly modifiedAt: number;
  readonly groups: string;
};

function isUnchanged(given: Givens<Caller & Remembered>, hasGroups?: SQL): SQL {
  return exists(
    build
      .select(named({ id: resources.id }))
      .from(resources)
      .where(
        and(
          eq(resources.rowId, given.rowId),
          eq(resources.connectorId, given.connectorId),
          eq(resources.id, given.id),
          eq(resources.version, given.version),
          eq(resources.modifiedAt, given.modifiedAt),
          isNull(resources.deletedAt),
          hasGroups,
        ),
      ),
  );
}
