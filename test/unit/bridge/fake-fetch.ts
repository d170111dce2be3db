import { expect } from "vitest";
import { SourceError, type SourceFailure, type SourceTools } from "#bridge/source/source.ts";

/** A request as a fake provider sees it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
  readonly init: RequestInit;
}

/** A provider made of one function, with a clock that stands still until it is set. */
export interface FakeProvider {
  readonly tools: SourceTools;
  readonly requests: SeenRequest[];
  readonly clock: { now: number };
  /** How many requests were counted against the budget. */
  readonly counted: () => number;
}

/** The moment at which every test starts. */
export const NOW = Date.parse("2026-10-01T12:00:00Z");

/** Makes the tools of a source whose requests all reach `answer`. */
export function fakeProvider(
  answer: (request: SeenRequest) => Response | Promise<Response>,
): FakeProvider {
  const clock = { now: NOW };
  const requests: SeenRequest[] = [];
  let counted = 0;
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `id-${ids}`;
  };
  const tools: SourceTools = {
    fetch: async (url, init) => {
      const request = {
        method: init.method ?? "GET",
        url: new URL(url),
        headers: new Headers(init.headers),
        body: typeof init.body === "string" ? init.body : "",
        init,
      };
      requests.push(request);
      return answer(request);
    },
    now: () => clock.now,
    random: () => 0.5,
    newId,
    onRequest: () => {
      counted += 1;
    },
  };
  return { tools, requests, clock, counted: () => counted };
}

/** A JSON answer. */
export function json(body: unknown, init: ResponseInit = {}): Response {
  return new Response(JSON.stringify(body), init);
}

/** Expects a SourceError of a kind, and gives it for a look at its detail. */
export async function expectFailure(
  promise: Promise<unknown>,
  kind: SourceFailure["kind"],
): Promise<SourceError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SourceError);
  if (!(error instanceof SourceError)) throw new Error("unreachable");
  expect([error.failure.kind, error.detail]).toEqual([kind, error.detail]);
  return error;
}
