import type { openGateway, TestClient } from "#test/support/gateway.ts";
import { STAFF } from "./declarations.ts";

/** A value for each of DECLARATIONS. */
export const FULL = {
  profileField_city: "Berlin",
  floor: 3,
  ratio: 0.5,
  startDate: "2026-02-01T09:00:00+01:00",
  isRemote: false,
  homepage: "https://example.com/Ada",
  badge: "Ab",
  skills: ["go", "SQL"],
  [STAFF]: { shirtSize: "M", lockers: [1, 8] },
};

/** A connector that declares attributes of its own, and its client. */
export async function aClientWith(
  gateway: ReturnType<typeof openGateway>,
  attributes: readonly object[],
  input: object = {},
): Promise<TestClient> {
  const client = await gateway.client(input);
  const path = `/connectors/${client.id}/attributes`;
  const { status, body } = await gateway.admin(path, { method: "PUT", body: { attributes } });
  if (status !== 200) throw new Error(`The declarations were refused: ${JSON.stringify(body)}`);
  return client;
}
