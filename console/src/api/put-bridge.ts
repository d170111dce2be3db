/**
 * Sends a bridge as its form has it. What belongs into it depends on the provider, which the gateway checks: its
 * answer names the field that does not fit.
 */
export async function putBridge(
  connectorId: string,
  body: object,
): Promise<{ readonly error?: unknown; readonly response: Response }> {
  const response = await fetch(`/admin/v1/connectors/${encodeURIComponent(connectorId)}/bridge`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: "same-origin",
  });
  const error: unknown = response.ok ? undefined : await response.json().catch(() => undefined);
  return { error, response };
}
