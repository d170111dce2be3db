import type { Hono } from "hono";
import * as z from "zod";
import { createSetSigner } from "#credentials/feed-key.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { Connector } from "#store/admin/connectors.ts";
import { changeEvent } from "#store/changes/event.ts";
import { connectorChanges, tenantChanges } from "#store/changes/feed.ts";
import type { Database } from "#store/database.ts";
import { runQuery } from "#store/query.ts";
import { type Answering, answerFeed, type Feed } from "./page.ts";

/** How many changes a page holds when nothing else is asked, and at most. */
const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;

/** Proxies and clients give up on a silent answer at 30 seconds. */
const WAIT_SECONDS_MAX = 25;

const FEED_QUERY = {
  /** The cursor behind which the page begins; "latest" for the end of the feed. */
  after: z
    .string()
    .regex(/^(\d{1,15}|latest)$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
  /** How many seconds an empty page may wait for a change. */
  wait: z.coerce.number().int().min(0).max(WAIT_SECONDS_MAX).default(0),
  format: z.enum(["json", "set"]).default("json"),
};

/** The query of GET /connectors/{id}/changes. */
export const CHANGES_QUERY = z.strictObject(FEED_QUERY);

/** The query of GET /changes. */
export const TENANT_CHANGES_QUERY = z.strictObject({
  tenant: z.string().trim().min(1).max(200),
  ...FEED_QUERY,
});

/** Registers the ordered change feed in the admin API. */
export function addChangeRoutes(admin: Hono<AppEnv>, services: Services): void {
  const signer = createSetSigner(services.config.keyRing);
  const answering: Answering = { services, signer };
  admin.get("/connectors/:id/changes", async (context) => {
    const query = readQuery(context, CHANGES_QUERY);
    const connector = await findOr404(context, context.req.param("id"));
    const feed = connectorFeed(services, context.env.DB, connector);
    return await answerFeed(answering, context, query, feed);
  });
  admin.get("/changes", async (context) => {
    const { tenant, ...query } = readQuery(context, TENANT_CHANGES_QUERY);
    const feed = tenantFeed(services, context.env.DB, tenant);
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
