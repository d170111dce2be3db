import type { Context } from "hono";
import { v7 as uuidv7 } from "uuid";
import { Problem } from "#http/admin/call/problem.ts";
import {
  type AdministratorsCall,
  administratorsCall,
  administratorsDirectory,
  CLOSED,
  eventOf,
  eventOfSeveral,
} from "#http/admin/directory/administrator.ts";
import { tellWebhooks } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { ScimError } from "#scim/error.ts";
import type { CommitOutcome, ResourceRecord } from "#scim/ports.ts";
import { tooContended } from "#scim/provision/provision.ts";
import { heldBySomebody, takenBack } from "#scim/provision/repair.ts";
import { auditStatements } from "#store/admin/audit.ts";
import type { AuditRow } from "#store/admin/audit-row.ts";
import { commitChanges } from "#store/commit/commit.ts";
import { heldRecords, rejoinGroups, tellHeldUsers } from "#store/commit/held-users.ts";
import type { Held } from "./choice.ts";

/** Has the switch-offs of held users told, in the name of the administrator; gives how many. */
export async function approveUsers(
  services: Services,
  context: Context<AppEnv>,
  { connector, db }: Held,
  ids: readonly string[],
  audit: AuditRow | undefined,
): Promise<number> {
  if (ids.length === 0) return 0;
  const call = administratorsCall(services, context, connector, () => undefined);
  const event = eventOfSeveral(call, services.clock.now());
  const beside = auditStatements(db, audit);
  const told = await tellHeldUsers(db, services.clock, connector.number, { ids, event, beside });
  tellWebhooks(context, connector.number);
  return told.length;
}

/** So many are restored in one batch. */
const USERS_AT_ONCE = 50;

/** A held user about whom nothing could be done, and why. */
interface Refused {
  readonly userId: string;
  readonly detail: string;
}

/**
 * Restores held users in the directory, with the groups that they were in: applications, who were not told of their
 * end, are told of nothing but what else has changed. Who cannot be restored is still held.
 */
export async function rejectUsers(
  services: Services,
  context: Context<AppEnv>,
  held: Held,
  ids: readonly string[],
): Promise<{ readonly rejected: number; readonly refused: readonly Refused[] }> {
  if (ids.length === 0) return { rejected: 0, refused: [] };
  const { connector, db } = held;
  const call = administratorsCall(services, context, connector, () => undefined);
  const refused: Refused[] = [];
  for (let at = 0; at < ids.length; at += USERS_AT_ONCE) {
    const some = ids.slice(at, at + USERS_AT_ONCE);
    const records = await heldRecords(db, services.clock, connector.number, some);
    const outcome = await takeBack(services, held, call, records);
    // Where one of them is in the way, each is tried by itself.
    if (records.length < some.length || outcome.kind !== "committed") {
      for (const id of some) refused.push(...(await rejectOne(services, context, held, call, id)));
    }
    for (const id of some) services.cache.forgetUser(connector.number, id);
  }
  tellWebhooks(context, connector.number);
  return { rejected: ids.length - refused.length, refused };
}

/** Rivals of one user are met so often. */
const ATTEMPTS_MAX = 5;

async function rejectOne(
  services: Services,
  context: Context<AppEnv>,
  held: Held,
  call: AdministratorsCall,
  userId: string,
): Promise<readonly Refused[]> {
  const { connector, db } = held;
  const read = async () => (await heldRecords(db, services.clock, connector.number, [userId]))[0];
  const directory = { ...administratorsDirectory(services, context, call), read };
  try {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const record = await read();
      // Who is held no longer is active again.
      if (record === undefined) return [];
      const outcome = await takeBack(services, held, call, [record]);
      if (outcome.kind === "committed") return [];
      if (outcome.kind === "uniqueness") {
        const holder = await heldBySomebody(directory, userId);
        if (holder !== undefined) throw holder;
      }
      await directory.pause(attempt);
    }
    throw tooContended();
  } catch (error) {
    if (error instanceof ScimError) return [{ userId, detail: error.detail }];
    throw error;
  }
}

/** Restores held users in one batch, each with an event of its own. */
async function takeBack(
  { clock }: Services,
  { connector, db }: Held,
  call: AdministratorsCall,
  records: readonly ResourceRecord[],
): Promise<CommitOutcome> {
  const { number, settings } = connector;
  const { facts } = call;
  const type = call.types.User;
  const at = facts.startedAt;
  const changes = records.flatMap((record) => {
    const change = takenBack(type, record, at);
    if (change === undefined) return [];
    const own = { ...call, facts: { ...facts, opId: uuidv7() } };
    return [{ change, type, event: eventOf(own, change, [], clock.now()) }];
  });
  const [first] = changes;
  if (first === undefined) return { kind: "committed" };
  const ids = changes.map(({ change }) => change.after.id);
  const { allowDuplicateGroupNames, uniqueExternalId } = settings;
  const write = {
    changes,
    beside: rejoinGroups(db, number, { ids, eventId: first.event.opId, at }),
    credentialHash: undefined,
    at,
    allowDuplicateGroupNames,
    uniqueExternalId,
  };
  const outcome = await commitChanges(db, number, write, clock);
  if (outcome.kind !== "credentialGone") return outcome;
  throw new Problem(409, CLOSED);
}
