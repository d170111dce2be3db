import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { AccessConfig } from "#http/access-config.ts";
import { createApp } from "#http/app.ts";
import { readConfig } from "#http/config.ts";
import { IsolateCache } from "#http/isolate-cache.ts";
import { DeferredLog } from "#http/log/deferred-log.ts";
import { ScanTurns } from "#http/request/scan-turns.ts";
import type { Team } from "#http/team.ts";
import { WebhookWaker } from "#http/webhook-waker.ts";
import type { Clock } from "#store/clock.ts";
import { expectDescribed } from "#test/support/admin-answers.ts";
import { type Cost, countingDatabase } from "#test/support/d1/counting-d1.ts";

/** No request takes more round trips to D1, its deferred log apart. */
const ROUND_TRIPS_MAX = 3;

/** A refusal for a name or externalId that is held looks once more who holds it, for the log's explanation. */
const HOLDER_TRIPS = 1;

/** What a Durable Object is asked for by an administrator is written down before, and its outcome after. */
const TRAIL_TRIPS = 2;

/** What is held stands in two places, and may be decided in both. */
const DECISION_TRIPS = 2;

function isDecision(path: string): boolean {
  return /\/held\/(approve|reject)$/.test(path);
}

/** Whether an admin call has a bridge or a webhook do something. */
function isAskingObject(method: string, path: string): boolean {
  const isWebhook = /\/webhooks\/[^/]+\/(test|replay)$/.test(path);
  return (
    method === "POST" &&
    (isWebhook || isDecision(path) || /\/bridge\/(?!excluded|check)/.test(path))
  );
}

/** The first slices of the end of a directory are told before the call is answered. */
const ENDING_TRIPS = 9;

/** Whether an admin call may end a directory: it deletes a connector, or moves it. */
function isEnding(method: string, path: string): boolean {
  const isConnector = /\/admin\/v1\/connectors\/[^/]+$/.test(path);
  return isConnector && (method === "DELETE" || method === "PATCH");
}

/** How a test's gateway differs from the real one. */
export interface GatewayOptions {
  /** The database to use instead of the test's own, for faults. */
  readonly db?: D1Database;
  readonly clock?: Partial<Clock>;
  /** Contention repeats round trips on purpose; such a test says so. */
  readonly roundTripsMax?: number;
  readonly adminToken?: string | undefined;
  /** The ring of keys, where it is not the one of all tests. */
  readonly encryptionKeys?: string;
  readonly access?: AccessConfig;
  /** The origin that clients see, where it is not that of each request. */
  readonly publicUrl?: string;
  /** Who a set-up is said to come from. */
  readonly team?: Team;
  readonly fetch?: (url: string) => Promise<Response>;
  /** Whether a later version has written what this one passes on and cannot describe. */
  readonly hasLaterRows?: boolean;
  /** Off unless a test is about them. */
  readonly rateLimits?: "on";
  /** On unless a test compares. */
  readonly optimisticWrites?: "on" | "off";
  /** Bindings that a test replaces. */
  readonly bindings?: Partial<Env>;
}

/** What a test asks of a connector's SCIM endpoint. */
export interface ScimRequest {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly basePath?: string;
}

/** A connector made for one test. */
export interface TestConnector {
  readonly id: string;
  readonly token: string;
}

/** A connector made for one test, and what its client may do with /Users. */
export interface TestClient extends TestConnector {
  readonly call: (path: string, request?: ScimRequest) => Promise<TestAnswer>;
  readonly post: (body: unknown) => Promise<TestAnswer>;
  readonly get: (id: string, headers?: TestHeaders) => Promise<TestAnswer>;
  readonly put: (id: string, body: unknown, headers?: TestHeaders) => Promise<TestAnswer>;
  readonly patch: (id: string, body: unknown, headers?: TestHeaders) => Promise<TestAnswer>;
  readonly remove: (id: string, headers?: TestHeaders) => Promise<TestAnswer>;
  readonly find: (filter: string) => Promise<TestAnswer>;
  readonly changeSettings: (settings: object) => Promise<TestAnswer>;
}

type TestHeaders = Readonly<Record<string, string>>;

/** An answer with its parsed body (undefined when it has none) and what it cost in D1. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read members of answers they just described
  readonly body: any;
  readonly cost: Cost;
}

export const ADMIN_TOKEN = "test-admin-token-of-32-characters";
const ORIGIN = "https://scim.example.com";
const API_PATHS = ["/admin/v1", "/v1", "/setup/v1"] as const;

/** The gateway as it is deployed, on the test's D1, counting every request's round trips. */
export function openGateway(options: GatewayOptions = {}) {
  const clock = { ...TEST_CLOCK, ...options.clock };
  const database = options.db ?? env.DB;
  const log = new DeferredLog(clock);
  const adminToken = "adminToken" in options ? options.adminToken : ADMIN_TOKEN;
  const ENCRYPTION_KEYS = options.encryptionKeys ?? env.ENCRYPTION_KEYS;
  const config = {
    ...readConfig({
      ...env,
      ENCRYPTION_KEYS,
      RATE_LIMITS: options.rateLimits ?? "off",
      OPTIMISTIC_WRITES: options.optimisticWrites ?? "on",
      PUBLIC_URL: options.publicUrl ?? "",
    }),
    adminToken,
    access: options.access,
    ...(options.team && { team: options.team }),
  };
  const outgoing = options.fetch ?? (() => Promise.reject(new Error("No test goes out.")));
  const [waker, cache] = [new WebhookWaker(clock), new IsolateCache(clock)];
  const turns = new ScanTurns(clock);
  const app = createApp({ config, clock, log, waker, cache, turns, fetch: outgoing });

  const send = async (request: Request): Promise<TestAnswer> => {
    const cost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
    const context = createExecutionContext();
    const bindings = { ...env, ...options.bindings, DB: countingDatabase(database, cost) };
    const response = await app.fetch(request, bindings, context);
    const answer = { ...cost };
    // text() warns of a body whose type does not look like text, such as NDJSON.
    const text = new TextDecoder().decode(await response.arrayBuffer());
    await waitOnExecutionContext(context);
    const { pathname } = new URL(request.url);
    const usual =
      ROUND_TRIPS_MAX +
      (response.status === 409 ? HOLDER_TRIPS : 0) +
      (isAskingObject(request.method, pathname) ? TRAIL_TRIPS : 0) +
      (isEnding(request.method, pathname) ? ENDING_TRIPS : 0) +
      (isDecision(pathname) ? DECISION_TRIPS : 0);
    if (answer.roundTrips > (options.roundTripsMax ?? usual)) {
      throw new Error(`${request.method} ${request.url} took ${answer.roundTrips} round trips.`);
    }
    const isJson = /[/+]json\b/.test(response.headers.get("Content-Type") ?? "");
    const body: unknown = text === "" ? undefined : isJson ? JSON.parse(text) : text;
    const api = API_PATHS.find((each) => pathname.startsWith(`${each}/`));
    if (api !== undefined && !options.hasLaterRows) {
      const type = response.headers.get("Content-Type")?.split(";")[0] ?? "";
      const path = pathname.slice(api.length);
      const location = response.headers.get("Location");
      const { status } = response;
      expectDescribed({ api, method: request.method, path, status, type, location, body });
    }
    return { status: response.status, headers: response.headers, body, cost: answer };
  };

  const scim = (path: string, request: ScimRequest = {}) =>
    send(
      new Request(`${ORIGIN}${request.basePath ?? "/scim/v2"}${path}`, {
        method: request.method ?? (request.body === undefined ? "GET" : "POST"),
        headers: {
          ...(request.token !== undefined && { Authorization: `Bearer ${request.token}` }),
          ...(request.body !== undefined && { "Content-Type": "application/scim+json" }),
          ...request.headers,
        },
        ...(request.body !== undefined && { body: bodyText(request.body) }),
      }),
    );

  const asking =
    (base: string) =>
    (path: string, request: Omit<ScimRequest, "basePath"> = {}) =>
      send(
        new Request(`${ORIGIN}${base}${path}`, {
          method: request.method ?? (request.body === undefined ? "GET" : "POST"),
          headers: {
            Authorization: `Bearer ${"token" in request ? request.token : ADMIN_TOKEN}`,
            ...(request.body !== undefined && { "Content-Type": "application/json" }),
            ...request.headers,
          },
          ...(request.body !== undefined && { body: bodyText(request.body) }),
        }),
      );

  const admin = asking("/admin/v1");
  /** The API for applications; with the admin token unless a test brings a key. */
  const api = asking("/v1");

  const connector = async (input: object = {}): Promise<TestConnector> => {
    const { body } = await admin("/connectors", { body: { name: "Test", ...input } });
    return { id: body.connector.id, token: body.token.secret };
  };

  const client = async (input: object = {}): Promise<TestClient> => {
    const made = await connector(input);
    const call = (path: string, request: ScimRequest = {}) =>
      scim(path, { token: made.token, ...request });
    return {
      ...made,
      call,
      post: (body) => call("/Users", { body }),
      get: (id, headers = {}) => call(`/Users/${id}`, { headers }),
      put: (id, body, headers = {}) => call(`/Users/${id}`, { method: "PUT", body, headers }),
      patch: (id, body, headers = {}) => call(`/Users/${id}`, { method: "PATCH", body, headers }),
      remove: (id, headers = {}) => call(`/Users/${id}`, { method: "DELETE", headers }),
      find: (filter) => call(`/Users${filterQuery(filter)}`),
      changeSettings: (settings) =>
        admin(`/connectors/${made.id}`, { method: "PATCH", body: { settings } }),
    };
  };

  return { scim, admin, api, connector, client, send, routes: app.routes };
}

/** A filter as a query string. */
export function filterQuery(filter: string, others: Readonly<Record<string, string>> = {}): string {
  return `?${new URLSearchParams({ filter, ...others })}`;
}

/** A user's body with a userName of its own and whatever else a test wants. */
export function aUser(members: Readonly<Record<string, unknown>> = {}) {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: `${crypto.randomUUID()}@example.com`,
    ...members,
  };
}

/** A PatchOp with the given operations. */
export function aPatch(...operations: readonly object[]) {
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: operations,
  };
}

/** The types of a resource's change events, oldest first. */
export async function changeTypesOf(resourceId: string): Promise<readonly unknown[]> {
  const text = "SELECT type FROM changes WHERE resource_id = ?1 ORDER BY seq";
  const { results } = await env.DB.prepare(text).bind(resourceId).all();
  return results.map(({ type }) => type);
}

/** The real clock, but pauses are over at once: no test waits for log groups or retries. */
export const TEST_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: () => new Promise((resolve) => setTimeout(resolve, 0)),
  random: () => Math.random(),
};

/** A string or bytes go as they are, so that broken JSON can be sent. */
function bodyText(body: unknown): BodyInit {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  return JSON.stringify(body);
}
