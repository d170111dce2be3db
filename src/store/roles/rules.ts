import { and, asc, eq, exists, isNull, or, type SQL, sql } from "drizzle-orm";
import { groupKeyOf } from "#scim/rules/shown.ts";
import type { RoleRule } from "#scim/settings.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { doNothing, insertRows, rowStatement } from "#store/rows.ts";
import {
  connectors,
  groupMembers,
  pendingRoleGroups,
  pendingRoles,
  resources,
  roleRules,
  toldRoles,
} from "#store/schema.ts";
import { build, literal, named, statement } from "#store/statement.ts";
import { tellOwnRoles } from "./tell.ts";

/** In `pending_role_groups`: all users who were told roles, rather than the members of a group. */
export const EVERYBODY_TOLD = "";

/** So many users of each kind are looked at with the change itself; cron looks at the others. */
const USERS_PER_CHANGE = 200;

/** The statements that store the rules of a new connector, by its public id, in the batch that makes it. */
export function insertRoleRules(
  db: Database,
  publicId: string,
  rules: readonly RoleRule[],
): readonly D1PreparedStatement[] {
  return INSERT_OF_NEW(db, rows(rules), { publicId });
}

/**
 * The statements that put other rules in the place of a connector's, and have the roles of its users looked at:
 * of the first ones at once, told by `eventId`, and of all by cron.
 */
export function replaceRoleRules(
  db: Database,
  connectorId: ConnectorId,
  rules: readonly RoleRule[],
  { eventId, at }: { readonly eventId: string; readonly at: number },
): readonly D1PreparedStatement[] {
  const given = { connectorId, eventId, at };
  return [
    DELETE_RULES.bind(db, { connectorId }),
    ...INSERT_RULES(db, rows(rules), { connectorId }),
    AWAIT_TOLD.bind(db, given),
    AWAIT_GROUPS.bind(db, given),
    AWAIT_FIRST_TOLD.bind(db, given),
    AWAIT_FIRST_MEMBERS.bind(db, given),
    ...tellOwnRoles(db, connectorId, [eventId]),
  ];
}

interface RuleRow {
  readonly namedBy: "id" | "name";
  readonly groupKey: string;
  readonly role: string;
}

function rows(rules: readonly RoleRule[]): readonly RuleRow[] {
  return rules.map((rule) => ({ ...groupKeyOf(rule), role: rule.role }));
}

const INSERT_RULES = rowStatement<RuleRow, { readonly connectorId: ConnectorId }>()(
  ({ cell, from }, { connectorId }) =>
    insertRows(
      roleRules,
      { connectorId, namedBy: cell("namedBy"), groupKey: cell("groupKey"), role: cell("role") },
      { from, onConflict: doNothing },
    ),
);

const INSERT_OF_NEW = rowStatement<RuleRow, { readonly publicId: string }>()(
  ({ cell, from }, { publicId }) =>
    insertRows(
      roleRules,
      {
        connectorId: connectors.number,
        namedBy: cell("namedBy"),
        groupKey: cell("groupKey"),
        role: cell("role"),
      },
      {
        from: from === undefined ? connectors : sql`${from} cross join ${connectors}`,
        where: eq(connectors.id, publicId),
        onConflict: doNothing,
      },
    ),
);

const DELETE_RULES = statement<{ readonly connectorId: ConnectorId }>()(({ connectorId }) =>
  build.delete(roleRules).where(eq(roleRules.connectorId, connectorId)),
);

type Change = { readonly connectorId: ConnectorId; readonly eventId: string; readonly at: number };

/** Without roles that were told, and without members, there is nothing to look at. */
const AWAIT_TOLD = statement<Change>()(({ connectorId, eventId, at }) => {
  const told = build
    .select(named({ one: literal(1) }))
    .from(toldRoles)
    .where(eq(toldRoles.connectorId, connectorId));
  return insertRows(
    pendingRoleGroups,
    { connectorId, eventId, groupId: literal(EVERYBODY_TOLD), afterId: literal(""), at },
    { where: exists(told), onConflict: doNothing },
  );
});

const AWAIT_GROUPS = statement<Change>()(({ connectorId, eventId, at }) =>
  insertRows(
    pendingRoleGroups,
    { connectorId, eventId, groupId: resources.id, afterId: literal(""), at },
    {
      from: sql`${roleRules} cross join ${resources}`,
      where: and(eq(roleRules.connectorId, connectorId), givesRole()),
      onConflict: doNothing,
    },
  ),
);

/** The groups that a rule names, each kind by its index. */
function givesRole(): SQL | undefined {
  return and(
    eq(resources.connectorId, roleRules.connectorId),
    eq(resources.type, literal("Group")),
    isNull(resources.deletedAt),
    or(
      and(eq(roleRules.namedBy, literal("id")), eq(resources.id, roleRules.groupKey)),
      and(eq(roleRules.namedBy, literal("name")), eq(resources.nameKey, roleRules.groupKey)),
    ),
  );
}

const AWAIT_FIRST_TOLD = statement<Change>()(({ connectorId, eventId, at }) => {
  const first = build
    .select(named({ userId: toldRoles.userId }))
    .from(toldRoles)
    .where(eq(toldRoles.connectorId, connectorId))
    .orderBy(asc(toldRoles.userId))
    .limit(USERS_PER_CHANGE)
    .as("first");
  return insertRows(
    pendingRoles,
    { connectorId, eventId, userId: first.userId, at },
    { from: sql`${first}`, onConflict: doNothing },
  );
});

const AWAIT_FIRST_MEMBERS = statement<Change>()(({ connectorId, eventId, at }) => {
  const first = build
    .select(named({ userId: groupMembers.memberId }))
    .from(pendingRoleGroups)
    .crossJoin(groupMembers)
    .where(
      and(
        eq(pendingRoleGroups.connectorId, connectorId),
        eq(pendingRoleGroups.eventId, eventId),
        eq(groupMembers.connectorId, pendingRoleGroups.connectorId),
        eq(groupMembers.groupId, pendingRoleGroups.groupId),
        eq(groupMembers.memberType, literal("User")),
      ),
    )
    .limit(USERS_PER_CHANGE)
    .as("first");
  return insertRows(
    pendingRoles,
    { connectorId, eventId, userId: first.userId, at },
    { from: sql`${first}`, onConflict: doNothing },
  );
});
