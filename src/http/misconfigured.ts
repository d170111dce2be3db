/**
 * Answers in place of the gateway where its variables make no sense: 503 to every request, with the reason, which
 * names the variable and shows no secret. It is logged once for each isolate, not with a stack for each request.
 */
export function refuseAll(error: unknown): { readonly fetch: () => Response } {
  const detail = error instanceof Error ? error.message : String(error);
  console.error(JSON.stringify({ message: "variables make no sense", detail }));
  const headers = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "Retry-After": "60",
  };
  const body = JSON.stringify({ status: "failing", detail });
  return { fetch: () => new Response(body, { status: 503, headers }) };
}
