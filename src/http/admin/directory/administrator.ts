import type { Context } from "hono";
import { v7 as uuidv7 } from "uuid";
import { actorName } from "#http/admin/call/actor.ts";
import { expectedVersion } from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { type CallFacts, type CallResult, eventRow } from "#http/log/event-log.ts";
import { callFacts } from "#http/request/facts.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { emptyAnswer } from "#http/response/answer.ts";
import { loggedResource } from "#http/scim/call/call-log.ts";
import { scimBaseUrl } from "#http/scim/handler.ts";
import type { CommitOutcome, ResourceChange } from "#scim/ports.ts";
import type { RepairDirectory } from "#scim/provision/repair.ts";
import { differenceOf } from "#scim/resource/difference.ts";
import { type ResourceTypes, resourceTypesOf } from "#scim/schema/custom.ts";
import { auditStatements } from "#store/admin/audit.ts";
import type { AuditRow } from "#store/admin/audit-row.ts";
import type { Connector } from "#store/admin/connectors.ts";
import { userOrDeleted } from "#store/admin/deleted-users.ts";
import { commitChanges } from "#store/commit/commit.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { databaseOf } from "#store/databases.ts";
import { beginErasure } from "#store/erasure/erasures.ts";
import type { EventRow } from "#store/event-log/events.ts";
import { redactDifference } from "#store/event-log/redact.ts";
import { runQuery, type Scope } from "#store/query.ts";
import { resourceCandidates } from "#store/resources.ts";

const DAY_MS = 86_400_000;

/** The moment of the oldest deletion that a connector still keeps the user of. */
export function restorableSince({ settings }: Connector, now: number): number {
  return now - settings.retentionDays * DAY_MS;
}

/** What an administrator's call to users works with. */
export interface AdministratorsCall {
  readonly connector: Connector;
  readonly types: ResourceTypes;
  readonly facts: CallFacts;
  /** The administrator, as the event log and the feed name him or her. */
  readonly actor: string;
  /** The row of the trail for what the call changes. */
  readonly auditRow: () => AuditRow | undefined;
  /** What else is stored in the same batch. */
  readonly beside?: readonly D1PreparedStatement[];
}

/** Opens an administrator's call to a user of a connector. */
export function administratorsCall(
  services: Services,
  context: Context<AppEnv>,
  connector: Connector,
  auditRow: () => AuditRow | undefined,
): AdministratorsCall {
  const { url } = context.req.raw;
  const baseUrl = scimBaseUrl(services, url, services.config.scimBasePaths[0]);
  return {
    connector,
    types: resourceTypesOf(connector.attributes, connector.settings),
    facts: callFacts(services, context, new URL(url).pathname, baseUrl),
    actor: actorName(context),
    auditRow,
  };
}

/** The connector's users as the provisioning functions take them, with an administrator as actor and no credential. */
export function administratorsDirectory(
  services: Services,
  context: Context<AppEnv>,
  call: AdministratorsCall,
): RepairDirectory {
  const { clock } = services;
  const { connector, types, facts } = call;
  const { number, settings } = connector;
  const db = databaseOf(context.env, number);
  const scope: Scope = { kind: "connector", connectorId: number };
  return {
    type: types.User,
    now: facts.startedAt,
    newId: () => uuidv7(),
    restorableSince: restorableSince(connector, facts.startedAt),
    settings: async () => ({ ...settings, type: types.User }),
    read: async (id) => {
      const user = await userOrDeleted(db, clock, number, id);
      if (user !== undefined) expectedVersion(context, user.version);
      return user;
    },
    candidates: (keys) => runQuery(db, resourceCandidates(db, scope, types.User.name, keys), clock),
    commit: (changes, warnings) => commitAs(services, context, call, changes, warnings),
    pause: (attempt) => clock.sleep(PAUSE_STEP_MS * attempt * (0.5 + clock.random())),
  };
}

/** Rivals of one user meet at most this often again: 20 ms, growing with each attempt. */
const PAUSE_STEP_MS = 20;

async function commitAs(
  { clock }: Services,
  context: Context<AppEnv>,
  call: AdministratorsCall,
  changes: readonly ResourceChange[],
  warnings: readonly string[],
): Promise<CommitOutcome> {
  const { connector, types, facts } = call;
  const { number, settings } = connector;
  const db = databaseOf(context.env, number);
  const write = {
    changes: changes.map((change, at) => ({
      change,
      type: types.User,
      event: eventOf(
        changes.length === 1 ? call : ofChange(call, at),
        change,
        warnings,
        clock.now(),
      ),
    })),
    beside: [
      ...auditStatements(db, call.auditRow()),
      ...changes.flatMap((change) => erasureOf(db, number, change, facts.startedAt)),
      ...(call.beside ?? []),
    ],
    credentialHash: undefined,
    at: facts.startedAt,
    allowDuplicateGroupNames: settings.allowDuplicateGroupNames,
    uniqueExternalId: settings.uniqueExternalId,
    application: settings,
  };
  const outcome = await commitChanges(db, number, write, clock);
  if (outcome.kind !== "credentialGone") return outcome;
  throw new Problem(409, CLOSED);
}

/** The same call for one of its changes, whose event has an id of its own, in their order. */
function ofChange(call: AdministratorsCall, at: number): AdministratorsCall {
  const opId = uuidv7({ msecs: call.facts.startedAt, seq: at });
  return { ...call, facts: { ...call.facts, opId } };
}

/** Who is erased for good is looked for in log and feed from then on: the names are stored as the row goes. */
function erasureOf(
  db: Database,
  connectorId: ConnectorId,
  change: ResourceChange,
  at: number,
): readonly D1PreparedStatement[] {
  if (change.kind !== "erase" || change.isForgotten !== true) return [];
  const { before } = change;
  return [beginErasure(db, connectorId, { userId: before.id, user: before, at })];
}

/** The event of a call about somebody of whom no row is left. */
export function eventWithoutRow(call: AdministratorsCall, userId: string, now: number): EventRow {
  const resource = { resourceType: call.types.User.name, resourceId: userId };
  return rowOf(call, { resource, difference: null, warnings: [] }, now);
}

/** Why nothing can be stored in a directory that ends. */
export const CLOSED =
  "The connector is deleted, or being moved to another tenant: nobody writes to its directory. Repeat the call once it is moved.";

/** The event of what an administrator's call does to a user. */
export function eventOf(
  call: AdministratorsCall,
  change: ResourceChange,
  warnings: readonly string[],
  now: number,
): EventRow {
  if (change.kind === "erase") return eventWithoutRow(call, change.after.id, now);
  const difference = redactDifference(differenceOf(change));
  return rowOf(call, { resource: loggedResource(change.after), difference, warnings }, now);
}

/** The event of an administrator's call that is about several users. */
export function eventOfSeveral(call: AdministratorsCall, now: number): EventRow {
  return rowOf(call, { resource: {}, difference: null, warnings: [] }, now);
}

function rowOf(
  { connector, types, facts, actor }: AdministratorsCall,
  told: Pick<CallResult, "resource" | "difference" | "warnings">,
  now: number,
): EventRow {
  const row = eventRow(facts, {
    ...told,
    answer: emptyAnswer(200),
    credentialId: undefined,
    latencyMs: now - facts.startedAt,
    requestText: "",
    requestBody: undefined,
    types,
    isMasked: connector.settings.maskPersonalData,
  });
  return { ...row, actor };
}
