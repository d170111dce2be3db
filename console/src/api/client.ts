import createClient from "openapi-fetch";
import type { components, paths } from "../../generated/admin-api.d.ts";
import { ApiProblem, problemOf } from "./problem.ts";

/** The schemas of the admin API, by the names that OpenAPI has for them. */
export type Schemas = components["schemas"];

/** Where a browser gets its session, and gives it back. */
const SESSION_PATH = "/console/session";

/** The admin API, called with the browser's own session; whoever is not signed in gets a problem with 401. */
export const api = createClient<paths>({ baseUrl: "/admin/v1", ...ownSession() });

/** The API for applications, which reads groups and their members: its paths begin with /v1. */
export const applicationApi = createClient<paths>({ baseUrl: "", ...ownSession() });

/** The calls of whoever came by a set-up link: their paths begin with /setup/v1. */
export const setupApi = createClient<paths>({ baseUrl: "", ...ownSession() });

function ownSession() {
  return {
    credentials: "same-origin",
    // Behind Cloudflare Access, a session that is over is answered by a way to its own pages.
    fetch: async (request: Request) => await fetchHere(request),
  } as const;
}

async function fetchHere(request: Request): Promise<Response> {
  const answer = await fetch(request, { redirect: "manual" }).catch(refuseUnreachable);
  if (answer.type === "opaqueredirect") throw new ApiProblem(401, SIGNED_OUT_AT_ACCESS);
  return answer;
}

function refuseUnreachable(): never {
  throw new ApiProblem(0, "The gateway cannot be reached. Check your connection.");
}

const SIGNED_OUT_AT_ACCESS = "Your sign-in at Cloudflare Access is over. Reload the page.";

interface Outcome<Body> {
  readonly data?: Body;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of an answer; throws an ApiProblem for a refusal. */
export async function bodyOf<Body>(call: Promise<Outcome<Body>>): Promise<Body> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response.status, error);
  if (data === undefined) throw new ApiProblem(response.status, "The answer had no content.");
  return data;
}

/** Waits for a call whose answer has no content; throws an ApiProblem for a refusal. */
export async function done(call: Promise<Outcome<unknown>>): Promise<void> {
  const { error, response } = await call;
  if (!response.ok) throw problemOf(response.status, error);
}

/** Exchanges a key, the admin token or the code of a link for the browser's session. */
export async function signIn(credential: string): Promise<void> {
  await askSession("POST", { Authorization: `Bearer ${credential}` });
}

/** Ends the browser's session. */
export async function signOut(): Promise<void> {
  await askSession("DELETE", {});
}

async function askSession(method: string, headers: Record<string, string>): Promise<void> {
  await askAt(SESSION_PATH, method, headers);
}

/** Sends JSON whose form the gateway checks, as what a bridge is made of depends on its provider. */
export async function sendJson(
  method: string,
  path: string,
  body: object,
): Promise<{ readonly error?: unknown; readonly response: Response }> {
  const headers = { "Content-Type": "application/json" };
  const sent = { method, headers, body: JSON.stringify(body), credentials: "same-origin" } as const;
  const response = await fetchHere(new Request(path, sent));
  const error: unknown = response.ok ? undefined : await response.json().catch(() => undefined);
  return { error, response };
}

/** Asks the gateway about a session of this browser; throws an ApiProblem for a refusal. */
export async function askAt(
  path: string,
  method: string,
  headers: Record<string, string>,
): Promise<Response> {
  const request = new Request(path, { method, headers, credentials: "same-origin" });
  const answer = await fetchHere(request);
  if (answer.ok) return answer;
  throw problemOf(answer.status, await answer.json().catch(() => undefined));
}
