import type { Hono } from "hono";
import { createSetSigner } from "#credentials/feed-key.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { Connector } from "#store/admin/connectors.ts";
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
    const feed = tenantFeed(services, centralDatabase(context.env), tenant);
    return await answerFeed(answering, context, query, feed);
  });
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

function tenantFeed({ clock }: Services, db: Database, tenant: string): Feed {
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
