import { ADMIN_TOKEN } from "#test/faults/server-process.ts";

/** Calls the admin API and gives the body of its answer; throws where it is refused. */
export async function askAdmin(
  origin: string,
  method: string,
  path: string,
  body?: object,
  // biome-ignore lint/suspicious/noExplicitAny: tests read members of bodies that the API describes
): Promise<any> {
  const answer = await fetch(`${origin}/admin/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, "Content-Type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** Makes a connector. */
export async function createConnector(
  origin: string,
  tenant?: string,
): Promise<{ readonly id: string; readonly token: string }> {
  const { connector, token } = await askAdmin(origin, "POST", "/connectors", {
    name: "Faults",
    tenant,
  });
  return { id: connector.id, token: token.secret };
}

/** Makes a key with the role feed that sees a tenant, and gives its secret. */
export async function createFeedKey(origin: string, tenant: string): Promise<string> {
  const { secret } = await askAdmin(origin, "POST", "/keys", {
    name: "Feed",
    role: "feed",
    tenant,
  });
  return secret;
}
