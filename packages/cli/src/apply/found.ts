import { type AdminItem, callAdmin, listAdmin } from "../../../client/src/admin.ts";
import { type Gateway, GatewayError } from "../../../client/src/gateway.ts";
import type { JsonObject } from "../json.ts";

/** A connector as a list of the gateway shows it. */
export type ListedConnector = AdminItem<"/connectors">;

/** A webhook of a connector as the gateway shows it. */
export type FoundWebhook = AdminItem<"/connectors/{id}/webhooks">;

/** A part of a connector with the version that it was read at. */
export interface Versioned<T> {
  readonly value: T;
  readonly etag: string | null;
}

/** What the gateway has of a connector. */
export interface FoundConnector {
  readonly id: string;
  readonly connector: Versioned<JsonObject>;
  readonly attributes: readonly JsonObject[];
  readonly bridge: Versioned<JsonObject> | undefined;
  readonly webhooks: readonly FoundWebhook[];
}

/** Reads all that a file can say of a connector. */
export async function readConnector(gateway: Gateway, id: string): Promise<FoundConnector> {
  const path = { id };
  const [connector, attributes, bridge, webhooks] = await Promise.all([
    callAdmin(gateway, "GET", "/connectors/{id}", { path }),
    callAdmin(gateway, "GET", "/connectors/{id}/attributes", { path }),
    readBridge(gateway, id),
    allOf(listAdmin(gateway, "/connectors/{id}/webhooks", { path })),
  ]);
  return {
    id,
    connector: { value: { ...connector.body }, etag: connector.etag },
    attributes: attributes.body.attributes.map((each) => ({ ...each })),
    bridge,
    webhooks,
  };
}

/** The bridge of a connector; undefined where it has none. */
async function readBridge(
  gateway: Gateway,
  id: string,
): Promise<Versioned<JsonObject> | undefined> {
  try {
    const { body, etag } = await callAdmin(gateway, "GET", "/connectors/{id}/bridge", {
      path: { id },
    });
    return { value: { ...body }, etag };
  } catch (error) {
    if (error instanceof GatewayError && error.status === 404) return undefined;
    throw error;
  }
}

/** The items of a list, once it was read to its end. */
export async function allOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
