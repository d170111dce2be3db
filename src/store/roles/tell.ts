import { and, asc, eq, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { insertRows, isInList } from "#store/rows.ts";
import {
  changes,
  groupMembers,
  pendingRoles,
  resources,
  roleRules,
  toldRoles,
} from "#store/schema.ts";
import {
  type BuiltQuery,
  build,
  type Givens,
  literal,
  named,
  statement,
} from "#store/statement.ts";

/** So many users are looked at with the write that concerns them; cron looks at the others. */
const USERS_PER_WRITE = 500;

/**
 * The statements that tell of the roles which the events of a batch have changed, as the last ones of the batch;
 * of at most USERS_PER_WRITE users. Triggers have noted who they are.
 */
export function tellOwnRoles(
  db: Database,
  connectorId: ConnectorId,
  opIds: readonly string[],
): readonly D1PreparedStatement[] {
  const given = { connectorId, opIds: JSON.stringify(opIds) };
  return [TELL_OWN.bind(db, given), FORGET_OWN.bind(db, given)];
}

/** The statements that tell of the roles of the next so many users of a connector that wait for it. */
export function tellNextRoles(
  db: Database,
  connectorId: ConnectorId,
  limit: number,
): readonly D1PreparedStatement[] {
  const given = { connectorId, limit };
  return [TELL_NEXT.bind(db, given), FORGET_NEXT.bind(db, given)];
}

type Own = { readonly connectorId: ConnectorId; readonly opIds: string };
type Next = { readonly connectorId: ConnectorId; readonly limit: number };

const TELL_OWN = statement<Own>()((given) => tell(ownRows(given)));
const FORGET_OWN = statement<Own>()((given) => forget(ownRows(given)));
const TELL_NEXT = statement<Next>()((given) => tell(nextRows(given)));
const FORGET_NEXT = statement<Next>()((given) => forget(nextRows(given)));

function ownRows({ connectorId, opIds }: Givens<Own>) {
  return pendingRows(
    and(eq(pendingRoles.connectorId, connectorId), isInList(pendingRoles.eventId, opIds)),
    USERS_PER_WRITE,
  );
}

function nextRows({ connectorId, limit }: Givens<Next>) {
  return pendingRows(eq(pendingRoles.connectorId, connectorId), limit);
}

/** Both statements of a batch find the same rows: nothing between them notes or forgets one. */
function pendingRows(condition: SQL | undefined, limit: number | Givens<Next>["limit"]) {
  const { connectorId, eventId, userId, at } = pendingRoles;
  return build
    .select(named({ connectorId, eventId, userId, at }))
    .from(pendingRoles)
    .where(condition)
    .orderBy(asc(eventId), asc(userId))
    .limit(limit)
    .as("pending");
}

type Pending = ReturnType<typeof pendingRows>;

/** Appends the change row of each live user who has other roles than were told: once, by the newest event. */
function tell(pending: Pending): SQL {
  const users = build
    .select(
      named({
        connectorId: pending.connectorId,
        userId: pending.userId,
        eventId: sql<string>`max(${pending.eventId})`,
        at: sql<number>`max(${pending.at})`,
      }),
    )
    .from(pending)
    .groupBy(sql`${pending.connectorId}`, sql`${pending.userId}`)
    .as("concerned");
  const judged = build
    .select(
      named({
        connectorId: users.connectorId,
        userId: users.userId,
        eventId: users.eventId,
        at: users.at,
        version: resources.version,
        roles: rolesNow(users),
        former: rolesTold(users),
      }),
    )
    .from(users)
    .crossJoin(resources)
    .where(
      and(
        eq(resources.connectorId, users.connectorId),
        eq(resources.type, literal("User")),
        eq(resources.id, users.userId),
        isNull(resources.deletedAt),
      ),
    )
    .as("judged");
  return insertRows(
    changes,
    {
      eventId: judged.eventId,
      connectorId: judged.connectorId,
      resourceType: literal("User"),
      resourceId: judged.userId,
      version: judged.version,
      type: literal("user.roles_changed"),
      at: judged.at,
      payload: sql`json_object('roles', json(${judged.roles}), 'former', json(${judged.former}))`,
    },
    { from: sql`${judged}`, where: ne(judged.roles, judged.former) },
  );
}

type Concerned = { readonly connectorId: SQL.Aliased; readonly userId: SQL.Aliased };

/** The roles that the groups of a user give, as a JSON list in order. */
function rolesNow({ connectorId, userId }: Concerned): SQL<string> {
  const group = alias(resources, "g");
  const given = build
    .selectDistinct(named({ role: roleRules.role }))
    .from(groupMembers)
    .crossJoin(group)
    .crossJoin(roleRules)
    .where(
      and(
        eq(groupMembers.connectorId, connectorId),
        eq(groupMembers.memberId, userId),
        eq(group.connectorId, groupMembers.connectorId),
        eq(group.type, literal("Group")),
        eq(group.id, groupMembers.groupId),
        isNull(group.deletedAt),
        eq(roleRules.connectorId, groupMembers.connectorId),
        or(
          and(eq(roleRules.namedBy, literal("id")), eq(roleRules.groupKey, group.id)),
          and(eq(roleRules.namedBy, literal("name")), eq(roleRules.groupKey, group.nameKey)),
        ),
      ),
    )
    .orderBy(roleRules.role)
    .as("given");
  const list = build
    .select(named({ list: sql<string>`json_group_array(${given.role})` }))
    .from(given);
  return sql`${list}`;
}

function rolesTold({ connectorId, userId }: Concerned): SQL<string> {
  const told = build
    .select(named({ roles: toldRoles.roles }))
    .from(toldRoles)
    .where(and(eq(toldRoles.connectorId, connectorId), eq(toldRoles.userId, userId)));
  return sql`coalesce(${told}, '[]')`;
}

function forget(pending: Pending): BuiltQuery {
  const { connectorId, eventId, userId } = pendingRoles;
  const known = build
    .select(
      named({ connectorId: pending.connectorId, eventId: pending.eventId, userId: pending.userId }),
    )
    .from(pending);
  return build.delete(pendingRoles).where(sql`(${connectorId}, ${eventId}, ${userId}) in ${known}`);
}
