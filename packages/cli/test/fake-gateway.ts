import { isObject, type JsonObject } from "../src/json.ts";

/** A gateway in memory that knows as much of the admin API as the commands call. */
export class FakeGateway {
  /** What was asked, by method and path; those that write with their body. */
  readonly calls: string[] = [];
  readonly connectors = new Map<string, FakeConnector>();
  /** What is answered instead, by method and path. */
  readonly faults = new Map<string, Response>();
  #made = 0;

  /** Adds a connector as somebody else made it. */
  add(facts: JsonObject, parts: Partial<FakeConnector> = {}): FakeConnector {
    this.#made += 1;
    const id = `c${this.#made}`;
    const shown = { id, tenant: null, preset: null, status: "active", settings: {}, ...facts };
    const connector: FakeConnector = {
      shown,
      version: 1,
      attributes: [],
      bridge: undefined,
      webhooks: [],
      events: [],
      ...parts,
    };
    this.connectors.set(id, connector);
    return connector;
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, searchParams } = new URL(url);
    const path = pathname.replace(/^\/admin\/v1/, "");
    const method = init.method ?? "GET";
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    const query = searchParams.size === 0 ? "" : `?${searchParams}`;
    if (method === "GET") this.calls.push(`GET ${path}`);
    else this.calls.push(`${method} ${path}${query} ${body === undefined ? "" : init.body}`.trim());
    const fault = this.faults.get(`${method} ${path}`);
    if (fault !== undefined) return fault;
    const {
      status = 200,
      json,
      version,
    } = this.#answer(
      `${method} ${path.replace(/^\/connectors\/[^/]+/, "/connectors/{id}")}`,
      this.connectors.get(path.split("/")[2] ?? ""),
      path.split("/")[2] ?? "",
      isObject(body) ? body : {},
      new Headers(init.headers).get("If-Match"),
    );
    const headers = version === undefined ? {} : { ETag: `W/"${version}"` };
    return status === 204
      ? new Response(null, { status })
      : Response.json(json, { status, headers });
  };

  /** The calls that change something. */
  writes(): readonly string[] {
    return this.calls.filter((call) => !call.startsWith("GET "));
  }

  #answer(
    call: string,
    connector: FakeConnector | undefined,
    id: string,
    body: JsonObject,
    ifMatch: string | null,
  ): Answer {
    if (call === "GET /connectors") {
      return {
        json: { items: [...this.connectors.values()].map(({ shown }) => shown), nextCursor: null },
      };
    }
    if (call === "POST /connectors") {
      const { shown } = this.add(body);
      return { status: 201, json: { connector: shown, token: { secret: "sgw_new" } } };
    }
    if (connector === undefined) return MISSING;
    const { version } = connector;
    switch (call) {
      case "GET /connectors/{id}":
        return { json: connector.shown, version };
      case "PATCH /connectors/{id}": {
        if (ifMatch !== `W/"${version}"`) return { status: 412, json: { detail: "Changed." } };
        const settings = { ...objectOf(connector.shown.settings), ...objectOf(body.settings) };
        connector.shown = { ...connector.shown, ...body, settings };
        connector.version += 1;
        return { json: connector.shown };
      }
      case "DELETE /connectors/{id}":
        this.connectors.delete(id);
        return { status: 204 };
      case "GET /connectors/{id}/attributes":
        return { json: { attributes: connector.attributes } };
      case "PUT /connectors/{id}/attributes":
        connector.attributes = objectsOf(body.attributes);
        return { json: body };
      case "GET /connectors/{id}/bridge":
        return connector.bridge === undefined ? MISSING : { json: connector.bridge, version };
      case "PUT /connectors/{id}/bridge": {
        const { credentials: _, ...settings } = body;
        connector.bridge = { intervalSeconds: 900, state: "pending", ...settings };
        return { json: connector.bridge };
      }
      case "DELETE /connectors/{id}/bridge":
        connector.bridge = undefined;
        return { status: 204 };
      case "POST /connectors/{id}/bridge/plan":
        return { status: 202, json: { runId: "r1" } };
      case "GET /connectors/{id}/bridge/runs/r1":
        return { json: connector.runs?.shift() };
      case "GET /connectors/{id}/webhooks":
        return { json: { items: connector.webhooks, nextCursor: null } };
      case "POST /connectors/{id}/webhooks": {
        const made = { id: "w9", name: null, eventTypes: null, status: "active", ...body };
        connector.webhooks = [...connector.webhooks, made];
        return { status: 201, json: { ...made, secret: "whsec_new" } };
      }
      case "GET /connectors/{id}/events":
        return { json: { items: connector.events.toReversed(), nextCursor: null } };
    }
    const webhook = connector.webhooks.find((each) => call.endsWith(`/webhooks/${each.id}`));
    if (webhook === undefined) return MISSING;
    const others = connector.webhooks.filter((each) => each !== webhook);
    connector.webhooks = call.startsWith("DELETE ") ? others : [...others, { ...webhook, ...body }];
    return call.startsWith("DELETE ") ? { status: 204 } : { json: webhook };
  }
}

/** A connector of the fake. */
export interface FakeConnector {
  shown: JsonObject;
  version: number;
  attributes: readonly JsonObject[];
  bridge: JsonObject | undefined;
  webhooks: readonly JsonObject[];
  events: JsonObject[];
  /** What its run answers, one call after the other. */
  readonly runs?: JsonObject[];
}

interface Answer {
  readonly status?: number;
  readonly json?: unknown;
  readonly version?: number;
}

const MISSING: Answer = { status: 404, json: { detail: "There is none." } };

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
