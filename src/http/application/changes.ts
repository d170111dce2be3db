import type { Context, Hono } from "hono";
import { createSetSigner } from "#credentials/feed-key.ts";
import { sightOf } from "#http/admin/call/authorize.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { type Connector, findConnector, findToldConnector } from "#store/admin/connectors.ts";
import { changeEvent } from "#store/changes/event.ts";
import {
  allChanges,
  type ChangeOfOne,
  type ChangePage,
  connectorChanges,
  type PageRange,
  tenantChanges,
} from "#store/changes/feed.ts";
import type { Database } from "#store/database.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import { type Query, runQuery } from "#store/query.ts";
import { APPLICATION_OPERATIONS } from "./operations.ts";
import { type Answering, answerFeed, type Feed } from "./page.ts";
import { connectorOf, type Named } from "./sight.ts";

const { followChanges } = APPLICATION_OPERATIONS;

/** Registers the ordered feed of what changed. */
export function addChangeRoutes(api: Hono<AppEnv>, services: Services): void {
  const signer = createSetSigner(services.config.keyRing);
  const answering: Answering = { services, signer };
  addCall(api, followChanges, async (context) => {
    const { connector, tenant, ...query } = readQuery(context, followChanges);
    const feed = await feedOf(services, context, { connector, tenant });
    return await answerFeed(answering, context, query, feed);
  });
}

/** The feed of what a call names, as far as its key sees it: a tenant of others is as one that nobody has. */
async function feedOf(services: Services, context: Context<AppEnv>, named: Named): Promise<Feed> {
  const connector = await connectorOf(context, named, findToldConnector);
  const sees = sightOf(context);
  // What a connector told while it was with another tenant is that tenant's.
  const isOfTenant = sees.tenant !== null || named.tenant !== undefined;
  if (connector !== undefined) {
    const from = isOfTenant ? connector.tenantAfter : 0;
    return connectorFeed(services, databaseOf(context.env, connector.number), connector, from);
  }
  const db = centralDatabase(context.env);
  if (sees.connectorId !== null) {
    const own = await findConnector(db, sees.connectorId);
    if (own !== undefined && own.tenant === named.tenant) {
      return connectorFeed(services, db, own, own.tenantAfter);
    }
    return sharedFeed(services, db, (range) => tenantChanges(db, null, range));
  }
  const tenant = named.tenant ?? sees.tenant;
  if (tenant === null) return sharedFeed(services, db, (range) => allChanges(db, range));
  const isSeen = sees.tenant === null || sees.tenant === tenant;
  return sharedFeed(services, db, (range) => tenantChanges(db, isSeen ? tenant : null, range));
}

/** The feed of one connector, of what it told behind a seq. */
function connectorFeed(
  { clock }: Services,
  db: Database,
  connector: Connector,
  from: number,
): Feed {
  const { id, number, tenant, settings } = connector;
  return {
    isStaged: settings.staged,
    read: async ({ after, limit }) => {
      const range = { after: Math.max(after, from), limit };
      const { changes, ...page } = await runQuery(db, connectorChanges(db, number, range), clock);
      const events = changes.map((change) => changeEvent(change, { connector: id, tenant }));
      return { ...page, events };
    },
  };
}

/** The feed of several connectors, each of whose changes says whose it is. */
function sharedFeed(
  { clock }: Services,
  db: Database,
  ask: (range: PageRange) => Query<ChangePage<ChangeOfOne>>,
): Feed {
  return {
    isStaged: false,
    read: async (range) => {
      const { changes, ...page } = await runQuery(db, ask(range), clock);
      return { ...page, events: changes.map((change) => changeEvent(change, change)) };
    },
  };
}
