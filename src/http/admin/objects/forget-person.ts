import type { BridgeCalls } from "#bridge/calls.ts";
import { findBridge } from "#store/admin/bridges.ts";
import { centralDatabase, type DatabaseBindings, databaseOf } from "#store/databases.ts";
import type { Erasure } from "#store/erasure/erasures.ts";
import { bridgeObject, type ObjectBindings, webhookObject } from "#store/placement.ts";
import { listFollowers } from "#store/webhooks/followers.ts";

/**
 * Has the Durable Objects of a connector forget a person: its bridge and all webhooks that follow it or did, disabled ones too. Throws
 * where one cannot be reached.
 */
export async function forgetInObjects(
  env: DatabaseBindings & ObjectBindings,
  { connectorId, connector, userId, names }: Erasure,
): Promise<void> {
  const person = { userId, names };
  const webhooks = await listFollowers(databaseOf(env, connectorId), connectorId);
  for (const id of webhooks) await webhookObject(env, id).forgetPerson(id, person);
  // The object of a bridge that was deleted forgot everything.
  if ((await findBridge(centralDatabase(env), connector)) === undefined) return;
  // The class ConnectorBridge has these methods; what they take and give is plain data.
  const bridge = bridgeObject(env, connector) as unknown as BridgeCalls;
  await bridge.forgetPerson(person);
}
