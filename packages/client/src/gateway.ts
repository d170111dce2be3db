/** A gateway and how to reach its API. */
export interface Gateway {
  /** The gateway's origin, such as https://scim.example.com. */
  readonly origin: string;
  /** A key with the role feed, or directory where no changes are read. */
  readonly key: string;
  /** What sends requests; the runtime's own `fetch` where it is absent. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Which directories are meant: that of a connector, those of a tenant, or without both all that the key sees. */
export interface Scope {
  readonly connector?: string | undefined;
  readonly tenant?: string | undefined;
}

/** A call that the gateway refused, or that failed in it. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly status: number;
  /** The `detail` of its problem+json (RFC 9457). */
  readonly detail: string;

  constructor(status: number, detail: string) {
    super(`${status}: ${detail}`);
    this.status = status;
    this.detail = detail;
  }
}

/** Calls a GET of the API; throws a GatewayError for a status of 400 and above. */
export async function get(
  gateway: Gateway,
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const url = new URL(`/v1${path}`, gateway.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const send = gateway.fetch ?? fetch;
  const response = await send(url.href, {
    headers: { Authorization: `Bearer ${gateway.key}` },
    ...(signal && { signal }),
  });
  if (response.ok) return response;
  throw new GatewayError(response.status, await detailOf(response));
}

/** Calls a GET of the API that answers JSON of a known form. */
export async function getJson<T>(
  gateway: Gateway,
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): Promise<T> {
  const response = await get(gateway, path, query);
  // The gateway's document of its API says which form.
  return (await response.json()) as T;
}

async function detailOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { detail } = JSON.parse(text);
    return typeof detail === "string" ? detail : text;
  } catch {
    return text;
  }
}
