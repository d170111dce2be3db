/** A gateway and how to reach its API. */
export interface Gateway {
  /** The gateway's origin, such as https://scim.example.com. */
  readonly origin: string;
  /** A key with the role that the calls take: directory, feed, operator or admin. */
  readonly key: string;
  /** What sends requests; the runtime's own `fetch` where it is absent. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Which directories are meant: that of a connector, those of a tenant, or without both all that the key sees. */
export interface Scope {
  readonly connector?: string | undefined;
  readonly tenant?: string | undefined;
}

/** One thing that is wrong with a body or a query. */
export interface ProblemError {
  /** A JSON Pointer into the body, behind #. */
  readonly pointer?: string;
  /** A parameter of the query. */
  readonly parameter?: string;
  readonly detail: string;
}

/** A call that the gateway refused, or that failed in it. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly status: number;
  /** The `detail` of its problem+json (RFC 9457). */
  readonly detail: string;
  /** Its `errors`: the first things that do not fit. */
  readonly errors: readonly ProblemError[];

  constructor(status: number, detail: string, errors: readonly ProblemError[] = []) {
    super(`${status}: ${detail}`);
    this.status = status;
    this.detail = detail;
    this.errors = errors;
  }
}

/** A call as it is sent. */
export interface GatewayCall {
  readonly method?: string;
  /** From the origin on, such as /v1/users. */
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** What becomes the JSON of the body; none where it is undefined. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a call; throws a GatewayError for a status of 400 and above. */
export async function send(
  gateway: Gateway,
  { method = "GET", path, query = {}, headers = {}, body, signal }: GatewayCall,
): Promise<Response> {
  const url = new URL(path, gateway.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const fetchIt = gateway.fetch ?? fetch;
  const response = await fetchIt(url.href, {
    method,
    headers: {
      Authorization: `Bearer ${gateway.key}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  if (response.ok) return response;
  throw await errorOf(response);
}

/** Calls a GET of the API for applications; throws a GatewayError for a status of 400 and above. */
export function get(
  gateway: Gateway,
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return send(gateway, { path: `/v1${path}`, query, signal });
}

/** Calls a GET of the API for applications that answers JSON of a known form. */
export async function getJson<T>(
  gateway: Gateway,
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): Promise<T> {
  return await jsonOf<T>(await get(gateway, path, query));
}

/** The JSON of an answer; throws a GatewayError where something else than the gateway answered. */
export async function jsonOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  try {
    // The gateway's document of its API says which form.
    return JSON.parse(text) as T;
  } catch {
    throw new GatewayError(response.status, "The answer is no JSON: is this origin a gateway's?");
  }
}

async function errorOf(response: Response): Promise<GatewayError> {
  const text = await response.text();
  try {
    const { detail, errors } = JSON.parse(text);
    const said = typeof detail === "string" ? detail : text;
    return new GatewayError(response.status, said, Array.isArray(errors) ? errors : []);
  } catch {
    return new GatewayError(response.status, text);
  }
}
