import type { Provider } from "#bridge/config/settings.ts";
import { createEntraFace } from "#test/support/fake-directory/providers/entra.ts";
import { createGoogleFace } from "#test/support/fake-directory/providers/google.ts";
import { createJumpcloudFace } from "#test/support/fake-directory/providers/jumpcloud.ts";
import { createOktaFace, type OktaOptions } from "#test/support/fake-directory/providers/okta.ts";
import { createOneloginFace } from "#test/support/fake-directory/providers/onelogin.ts";
import { createScimFace, type ScimOptions } from "#test/support/fake-directory/providers/scim.ts";
import { createDirectory, type Directory } from "./directory.ts";
import { type Call, type Face, type RefusalStatus, waitSeconds } from "./face.ts";
import { createFaults, type FaultRule } from "./faults.ts";
import { createSteering, type SteeredFake } from "./steering.ts";

/** What a fake provider is made of; without a directory an empty one. */
export interface FakeProviderOptions {
  readonly provider: Provider;
  readonly directory?: Directory;
  /** Okta: which credentials are handed out, and whether the service app wants DPoP. */
  readonly okta?: Pick<OktaOptions, "auth" | "isDpopRequired">;
  readonly scim?: Pick<ScimOptions, "paging">;
}

/** How often a fake was asked, and with what result. */
export interface FakeStats {
  readonly requests: number;
  /** By status; 0 stands for a connection that broke or hung. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** The last ones, without credentials. */
  readonly log: readonly {
    readonly method: string;
    readonly path: string;
    readonly status: number;
  }[];
}

/** A provider that answers for a fake directory. */
export interface FakeProvider extends SteeredFake {
  /** Answers a request; throws where the connection is to break. */
  readonly handle: (request: Request) => Promise<Response>;
  /** The same in the form that SourceTools wants. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  readonly stats: () => FakeStats;
}

/** A connection that ends without an answer. */
export class ConnectionReset extends TypeError {
  override readonly name = "ConnectionReset";
}

/** Makes a fake provider. */
export async function createFakeProvider(options: FakeProviderOptions): Promise<FakeProvider> {
  const directory = options.directory ?? createDirectory();
  const face = await createFace(options, directory);
  const faults = createFaults();
  const stats = createStats();
  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const fault = faults.pick(url.pathname + url.search);
    const call = {
      request,
      url,
      path: url.pathname,
      query: url.searchParams,
      now: directory.now(),
      fault,
    };
    try {
      const response = await answerWithFault(face, call);
      response.headers.set("Date", new Date(call.now).toUTCString());
      stats.count(call, response.status);
      return response;
    } catch (error) {
      stats.count(call, 0);
      throw error;
    }
  };
  const provider = {
    directory,
    faults,
    credentials: face.credentials,
    source: face.source,
    revokeTokens: face.revokeTokens,
    stats: stats.read,
  };
  const steer = createSteering(provider);
  const handle = async (request: Request) => (await steer(request)) ?? answer(request);
  return { ...provider, handle, fetch: (url, init) => handle(new Request(url, init)) };
}

function createFace(
  { provider, okta = {}, scim = {} }: FakeProviderOptions,
  directory: Directory,
): Promise<Face> | Face {
  switch (provider) {
    case "okta":
      return createOktaFace({ ...okta, directory });
    case "entra":
      return createEntraFace({ directory });
    case "google":
      return createGoogleFace({ directory });
    case "onelogin":
      return createOneloginFace({ directory });
    case "jumpcloud":
      return createJumpcloudFace({ directory });
    case "scim":
      return createScimFace({ ...scim, directory });
  }
}

/** The refusals among the faults. */
const REFUSALS: ReadonlyMap<string, RefusalStatus> = new Map<string, RefusalStatus>([
  ["throttle", 429],
  ["quota", "quota"],
  ["serverError", 500],
  ["unavailable", 503],
  ["unauthorized", 401],
  ["forbidden", 403],
]);

/** No page of a real provider is so large. */
const HUGE_BYTES = 10_000_000;

async function answerWithFault(face: Face, call: Call): Promise<Response> {
  const kind = call.fault?.kind;
  const refusal = REFUSALS.get(kind ?? "");
  if (refusal !== undefined) return face.refuse(refusal, call);
  if (kind === "reset") throw new ConnectionReset("The fake broke the connection.");
  if (kind === "hang") return untilAborted(call.request.signal);
  if (kind === "html") {
    const page = "<!doctype html><title>Sign in</title><p>Please sign in.";
    return new Response(page, { headers: { "Content-Type": "text/html" } });
  }
  if (kind === "answer") return answerOf(call);
  const response = await face.handle(call);
  const { headers, status } = response;
  if (kind === "lowLimit") return withLimit(response, call);
  if (kind === "largePage") return await onlySmall(response, call);
  if (kind === "truncated") {
    const text = await response.text();
    return new Response(text.slice(0, text.length / 2), { headers, status });
  }
  if (kind === "hugePage") {
    return new Response(" ".repeat(HUGE_BYTES) + (await response.text()), { headers, status });
  }
  return kind === "cut"
    ? new Response(cutBody(await response.text()), { headers, status })
    : response;
}

function answerOf({ fault }: Call): Response {
  const { status = 200, body = "" } = fault ?? {};
  const isBare = status === 204 || body === "";
  const type = body.startsWith("<") ? "text/html" : "application/json";
  return new Response(isBare ? null : body, { status, headers: { "Content-Type": type } });
}

/** Okta names the moment, the others the seconds that are left. */
function withLimit(response: Response, call: Call): Response {
  const seconds = waitSeconds(call);
  const isOkta = response.headers.has("X-Rate-Limit-Remaining");
  const name = isOkta ? "X-Rate-Limit" : "X-RateLimit";
  const reset = isOkta ? Math.ceil(call.now / 1_000) + seconds : seconds;
  response.headers.set(`${name}-Limit`, "600");
  response.headers.set(`${name}-Remaining`, "0");
  response.headers.set(`${name}-Reset`, String(reset));
  return response;
}

/** A page with more records than the fault bears is huge, or refused. */
async function onlySmall(response: Response, { fault }: Call): Promise<Response> {
  const { headers } = response;
  const text = await response.text();
  const body: unknown = JSON.parse(text);
  const lists = Array.isArray(body) ? [body] : Object.values(Object(body));
  const count = Math.max(0, ...lists.map((each) => (Array.isArray(each) ? each.length : 0)));
  if (count <= (fault?.records ?? 1)) {
    return new Response(text, { headers, status: response.status });
  }
  return fault?.status === undefined
    ? new Response(" ".repeat(HUGE_BYTES) + text, { headers })
    : new Response("{}", { headers, status: fault.status });
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

function cutBody(text: string): ReadableStream {
  let isSent = false;
  return new ReadableStream({
    pull: (controller) => {
      if (isSent) controller.error(new ConnectionReset("The fake broke the connection."));
      else controller.enqueue(new TextEncoder().encode(text.slice(0, text.length / 2)));
      isSent = true;
    },
  });
}

const LOG_LENGTH = 1_000;

function createStats() {
  let requests = 0;
  const statuses = new Map<string, number>();
  const faults = new Map<string, number>();
  const log: { method: string; path: string; status: number }[] = [];
  const add = (counts: Map<string, number>, name: string) =>
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    count: (
      { request, url, fault }: { request: Request; url: URL; fault: FaultRule | undefined },
      status: number,
    ) => {
      requests += 1;
      add(statuses, String(status));
      if (fault !== undefined) add(faults, fault.kind);
      log.push({ method: request.method, path: url.pathname + url.search, status });
      if (log.length > LOG_LENGTH) log.shift();
    },
    read: (): FakeStats => ({
      requests,
      statuses: Object.fromEntries(statuses),
      faults: Object.fromEntries(faults),
      log: [...log],
    }),
  };
}
