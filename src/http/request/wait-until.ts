import type { Context } from "hono";

/** Keeps a request's isolate alive until a promise is settled. */
export function waitUntil(
  context: Pick<Context, "executionCtx">,
): (promise: Promise<void>) => void {
  return (promise) => context.executionCtx.waitUntil(promise);
}
