import { and, eq, gt, isNotNull, isNull, ne, sql } from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { resources } from "#store/schema.ts";
import { allRows, build, named, prepare, shapedStatement } from "#store/statement.ts";
import { type AccountState, accountCondition } from "./account-state.ts";
import { givenLimits, type ListedRecord, listedOf, pageFields } from "./listed-records.ts";

/** The statement that takes an account from a soft-deleted user, so that another one may have it. */
export function releaseAccount(
  db: Database,
  connectorId: ConnectorId,
  accountId: string,
  userId: string,
): D1PreparedStatement {
  const query = build
    .update(resources)
    .set({ accountId: sql`null` })
    .where(
      and(
        eq(resources.connectorId, connectorId),
        eq(resources.accountId, accountId),
        isNotNull(resources.deletedAt),
        ne(resources.id, userId),
      ),
    );
  return prepare(db, query);
}

/**
 * Lists the live users in a state behind an id, in the order of their ids: a page costs its own rows. Large texts
 * are left out, as in any list.
 */
export async function usersInState(
  db: Database,
  connectorId: ConnectorId,
  state: AccountState,
  { afterId, limit }: { readonly afterId: string; readonly limit: number },
): Promise<readonly ListedRecord[]> {
  const given = { connectorId, afterId, limit, ...givenLimits(limit) };
  return listedOf(await allRows(IN_STATE.bind(db, state, state, given)));
}

const IN_STATE = shapedStatement((state: AccountState) =>
  build
    .select(named(pageFields()))
    .from(resources)
    .where(
      and(
        eq(resources.connectorId, sql.placeholder("connectorId")),
        accountCondition(state),
        isNull(resources.deletedAt),
        gt(resources.id, sql.placeholder("afterId")),
      ),
    )
    .orderBy(resources.id)
    .limit(sql.placeholder("limit")),
);
