import type { Context, Hono } from "hono";
import { createSetSigner } from "#credentials/feed-key.ts";
import { sightOf } from "#http/admin/call/authorize.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { type Connector, findConnector } from "#store/admin/connectors.ts";
import { changeEvent } from "#store/changes/event.ts";
import { connectorChanges, tenantChanges } from "#store/changes/feed.ts";
import type { Database } from "#store/database.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import { runQuery } from "#store/query.ts";
import { CHANGE_OPERATIONS } from "./operations.ts";
import { type Answering, answerFeed, type Feed } from "./page.ts";

const { listChanges, listTenantChanges } = CHANGE_OPERATIONS;

/** Registers the ordered change feed in the admin API. */
export function addChangeRoutes(admin: Hono<AppEnv>, services: Services): void {
  const signer = createSetSigner(services.config.keyRing);
  const answering: Answering = { services, signer };
  addCall(admin, listChanges, async (context) => {
    const query = readQuery(context, listChanges);
    const connector = await findOr404(context, context.req.param("id"));
    const feed = connectorFeed(services, databaseOf(context.env, connector.number), connector);
    return await answerFeed(answering, context, query, feed);
  });
  addCall(admin, listTenantChanges, async (context) => {
    const { tenant, ...query } = readQuery(context, listTenantChanges);
    const feed = await visibleFeed(services, context, tenant);
    return await answerFeed(answering, context, query, feed);
  });
}

/** The feed of a tenant, of what the caller sees of it: a tenant of others is as one that nobody has. */
async function visibleFeed(
  services: Services,
  context: Context<AppEnv>,
  tenant: string,
): Promise<Feed> {
  const db = centralDatabase(context.env);
  const sees = sightOf(context);
  if (sees.connectorId !== null) {
    const connector = await findConnector(db, sees.connectorId);
    if (connector?.tenant === tenant) return connectorFeed(services, db, connector);
    return tenantFeed(services, db, null);
  }
  return tenantFeed(services, db, sees.tenant === null || sees.tenant === tenant ? tenant : null);
}

function connectorFeed({ clock }: Services, db: Database, connector: Connector): Feed {
  const { id, number, tenant, settings } = connector;
  return {
    isStaged: settings.staged,
    read: async (range) => {
      const { changes, ...page } = await runQuery(db, connectorChanges(db, number, range), clock);
      const events = changes.map((change) => changeEvent(change, { connector: id, tenant }));
      return { ...page, events };
    },
  };
}

function tenantFeed({ clock }: Services, db: Database, tenant: string | null): Feed {
  return {
    isStaged: false,
    read: async (range) => {
      const { changes, ...page } = await runQuery(db, tenantChanges(db, tenant, range), clock);
      const events = changes.map((change) =>
        changeEvent(change, { connector: change.connector, tenant }),
      );
      return { ...page, events };
    },
  };
}
