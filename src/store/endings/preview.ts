import { and, count, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { UsersAtEnd } from "#scim/provision/ending.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { apiKeys, bridges, credentials, oauthClients, resources, webhooks } from "#store/schema.ts";
import { build, named, type RowOf, selectOnly, selectRows } from "#store/statement.ts";

/** What a connector holds that its end is about, in numbers. */
export type EndingNumbers = RowOf<ReturnType<typeof selectNumbers>>;

/** How many users and groups an end would change, and what would stop working; reads each user of the connector. */
export async function countForEnding(
  db: Database,
  connectorId: ConnectorId,
): Promise<EndingNumbers> {
  const [numbers] = await selectRows(db, selectNumbers(connectorId));
  if (numbers === undefined) throw new Error("A selection without a table gives one row.");
  return numbers;
}

/** How many users, or groups, would have an event. */
export function eventsAtEnd(
  users: UsersAtEnd,
  { activeUsers, inactiveUsers, groups }: EndingNumbers,
): { readonly userEvents: number; readonly groupEvents: number } {
  switch (users) {
    case "keep":
      return { userEvents: 0, groupEvents: 0 };
    case "deactivate":
      return { userEvents: activeUsers, groupEvents: 0 };
    case "delete":
      return { userEvents: activeUsers + inactiveUsers, groupEvents: groups };
  }
}

function selectNumbers(connectorId: ConnectorId) {
  const live = (type: "User" | "Group", active?: SQL) =>
    counted(
      resources,
      and(
        eq(resources.connectorId, connectorId),
        eq(resources.type, type),
        isNull(resources.deletedAt),
        active,
      ),
    );
  return selectOnly(
    named({
      activeUsers: live("User", eq(resources.active, 1)),
      inactiveUsers: live("User", eq(resources.active, 0)),
      groups: live("Group"),
      webhooks: counted(webhooks, eq(webhooks.connectorId, connectorId)),
      tokens: counted(
        credentials,
        and(
          eq(credentials.connectorId, connectorId),
          eq(credentials.kind, "token"),
          isNull(credentials.revokedAt),
        ),
      ),
      clients: counted(
        oauthClients,
        and(eq(oauthClients.connectorId, connectorId), isNull(oauthClients.revokedAt)),
      ),
      keys: counted(apiKeys, and(eq(apiKeys.connectorId, connectorId), isNull(apiKeys.revokedAt))),
      bridges: counted(bridges, eq(bridges.connectorId, connectorId)),
    }),
  );
}

function counted(table: SQLiteTable, condition: SQL | undefined): SQL<number> {
  return sql`${build
    .select(named({ n: count() }))
    .from(table)
    .where(condition)}`;
}
