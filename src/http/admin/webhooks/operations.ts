import { describe } from "#http/admin/call/operation.ts";
import { PAGE_QUERY } from "#http/admin/call/schemas.ts";
import {
  CHANGED_WEBHOOK,
  DELIVERIES,
  DELIVERIES_QUERY,
  DELIVERY,
  NEW_SCOPED_WEBHOOK,
  NEW_WEBHOOK,
  REPLAY,
  REPLAYED,
  SECRET_ROTATION,
  WEBHOOK,
  WEBHOOK_WITH_DELIVERY,
  WEBHOOK_WITH_SECRET,
  WEBHOOKS,
} from "./schemas.ts";

/** What is the same of each call about webhooks. */
const COMMON = { tag: "Webhooks", role: "operator" } as const;

const AUDITED = { audited: { subject: "webhook" } } as const;

/** The calls about one webhook, below the path of the list that it is in. */
function callsOfOne(list: string) {
  const path = `${list}/:webhookId`;
  return {
    get: {
      ...COMMON,
      method: "GET",
      path,
      summary: "Read a webhook, and where its deliveries stand.",
      answers: { 200: WEBHOOK_WITH_DELIVERY },
      isTagged: true,
    },
    change: {
      ...COMMON,
      ...AUDITED,
      method: "PATCH",
      path,
      summary: "Change, disable or enable a webhook.",
      body: CHANGED_WEBHOOK,
      answers: { 200: WEBHOOK },
      isTagged: true,
      isConditional: true,
    },
    remove: {
      ...COMMON,
      ...AUDITED,
      method: "DELETE",
      path,
      summary: "Delete a webhook and what it had queued.",
      answers: { 204: null },
      isConditional: true,
    },
    test: {
      ...COMMON,
      ...AUDITED,
      method: "POST",
      path: `${path}/test`,
      summary: "Send a test event now, and see the answer.",
      answers: { 200: DELIVERY },
    },
    rotate: {
      ...COMMON,
      ...AUDITED,
      method: "POST",
      path: `${path}/rotate`,
      summary: "Make a new secret; both sign for the overlap.",
      body: SECRET_ROTATION,
      answers: { 200: WEBHOOK_WITH_SECRET },
      refusals: [409],
      isTagged: true,
      isConditional: true,
    },
    replay: {
      ...COMMON,
      ...AUDITED,
      method: "POST",
      path: `${path}/replay`,
      summary: "Deliver events once more.",
      body: REPLAY,
      answers: { 202: REPLAYED },
    },
    deliveries: {
      ...COMMON,
      method: "GET",
      path: `${path}/deliveries`,
      summary: "List the newest tries, newest first.",
      query: DELIVERIES_QUERY,
      answers: { 200: DELIVERIES },
    },
  } as const;
}

/** The calls about one webhook of a connector. */
export const OF_CONNECTOR = callsOfOne("/connectors/:id/webhooks");

/** The calls about one webhook, whatever it follows. */
export const OF_ANY = callsOfOne("/webhooks");

/** The calls about one webhook, wherever it was found. */
export type WebhookOperations = typeof OF_CONNECTOR;

/** The calls about webhooks, by the names that OpenAPI has for them. */
export const WEBHOOK_OPERATIONS = describe({
  listAnyWebhooks: {
    ...COMMON,
    method: "GET",
    path: "/webhooks",
    summary: "List the webhooks of all scopes, newest first.",
    query: PAGE_QUERY,
    answers: { 200: WEBHOOKS },
  },
  createAnyWebhook: {
    ...COMMON,
    ...AUDITED,
    method: "POST",
    path: "/webhooks",
    summary:
      "Make a webhook of a connector, a tenant or everything; its signing secret is shown this once.",
    body: NEW_SCOPED_WEBHOOK,
    answers: { 201: WEBHOOK_WITH_SECRET },
    isMadeOnce: true,
    refusals: [409],
    isTagged: true,
  },
  getAnyWebhook: OF_ANY.get,
  changeAnyWebhook: OF_ANY.change,
  deleteAnyWebhook: OF_ANY.remove,
  testAnyWebhook: OF_ANY.test,
  rotateAnyWebhook: OF_ANY.rotate,
  replayAnyWebhook: OF_ANY.replay,
  listAnyDeliveries: OF_ANY.deliveries,
  listWebhooks: {
    ...COMMON,
    method: "GET",
    path: "/connectors/:id/webhooks",
    summary: "List a connector's own webhooks.",
    answers: { 200: WEBHOOKS },
  },
  createWebhook: {
    ...COMMON,
    ...AUDITED,
    method: "POST",
    path: "/connectors/:id/webhooks",
    summary: "Make a webhook of a connector; its signing secret is shown this once.",
    body: NEW_WEBHOOK,
    answers: { 201: WEBHOOK_WITH_SECRET },
    isMadeOnce: true,
    refusals: [409],
    isTagged: true,
  },
  getWebhook: OF_CONNECTOR.get,
  changeWebhook: OF_CONNECTOR.change,
  deleteWebhook: OF_CONNECTOR.remove,
  testWebhook: OF_CONNECTOR.test,
  rotateWebhook: OF_CONNECTOR.rotate,
  replayWebhook: OF_CONNECTOR.replay,
  listDeliveries: OF_CONNECTOR.deliveries,
});
