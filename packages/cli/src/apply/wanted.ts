import { usageFailure } from "../failure.ts";
import { isObject, type JsonObject } from "../json.ts";

/** A webhook of a connector as the file wants it. */
export interface WantedWebhook {
  readonly url: string;
  readonly name?: string;
  readonly eventTypes?: readonly unknown[] | null;
  readonly status?: string;
}

/** A bridge as the file wants it: members of the admin API's PUT. */
export interface WantedBridge {
  readonly settings: JsonObject;
  /** Read when they are to be sent, so that a dry run needs no secret. */
  readonly credentials: (() => JsonObject) | undefined;
}

/** A connector as the file wants it; what the file leaves out is left as it is. */
export interface WantedConnector {
  readonly name: string;
  readonly tenant: string | null;
  readonly preset: string | undefined;
  readonly status: string | undefined;
  readonly settings: JsonObject;
  readonly attributes: readonly JsonObject[] | undefined;
  /** Null where there is to be none. */
  readonly bridge: WantedBridge | null | undefined;
  readonly webhooks: readonly WantedWebhook[] | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const CONNECTOR_MEMBERS = [
  "name",
  "tenant",
  "preset",
  "status",
  "settings",
  "attributes",
  "bridge",
  "webhooks",
];
const WEBHOOK_MEMBERS = ["url", "name", "eventTypes", "status"];

/**
 * Reads the parsed file; `${NAME}` in a text is that variable of the environment, `$${` is `${`. Throws
 * a Failure that names the place where something does not fit. What settings mean is for the gateway to say.
 */
export function wantedConnectors(document: unknown, env: Environment): readonly WantedConnector[] {
  const { connectors } = objectAt(document, "the file", ["connectors"]);
  const list = listAt(connectors, "connectors");
  const wanted = list.map((each, index) => connectorOf(each, `connectors[${index}]`, env));
  const names = new Set<string>();
  for (const { name, tenant } of wanted) {
    const key = JSON.stringify([tenant, name]);
    if (names.has(key)) throw usageFailure(`Two connectors of the file have the name "${name}".`);
    names.add(key);
  }
  return wanted;
}

function connectorOf(value: unknown, at: string, env: Environment): WantedConnector {
  const { bridge, ...raw } = objectAt(value, at, CONNECTOR_MEMBERS);
  const rest = objectAt(filled(raw, env, at), at);
  return {
    name: textAt(rest.name, `${at}.name`),
    tenant: optional(rest.tenant, `${at}.tenant`, textAt) ?? null,
    preset: optional(rest.preset, `${at}.preset`, textAt),
    status: optional(rest.status, `${at}.status`, textAt),
    settings: optional(rest.settings, `${at}.settings`, objectAt) ?? {},
    attributes: optional(rest.attributes, `${at}.attributes`, (list, place) =>
      listAt(list, place).map((each, index) => {
        const attribute = objectAt(each, `${place}[${index}]`);
        textAt(attribute.name, `${place}[${index}].name`);
        return attribute;
      }),
    ),
    bridge:
      bridge === null ? null : optional(bridge, `${at}.bridge`, (b, p) => bridgeOf(b, p, env)),
    webhooks: optional(rest.webhooks, `${at}.webhooks`, webhooksOf),
  };
}

function bridgeOf(value: unknown, at: string, env: Environment): WantedBridge {
  const { credentials, ...settings } = objectAt(value, at);
  if (credentials !== undefined) objectAt(credentials, `${at}.credentials`);
  const place = `${at}.credentials`;
  return {
    settings: objectAt(filled(settings, env, at), at),
    credentials:
      credentials === undefined
        ? undefined
        : () => objectAt(filled(credentials, env, place), place),
  };
}

function webhooksOf(value: unknown, at: string): readonly WantedWebhook[] {
  return listAt(value, at).map((each, index) => {
    const place = `${at}[${index}]`;
    const { url, name, eventTypes, status } = objectAt(each, place, WEBHOOK_MEMBERS);
    const types = optional(eventTypes, `${place}.eventTypes`, listAt);
    return {
      url: textAt(url, `${place}.url`),
      ...(name !== undefined && { name: textAt(name, `${place}.name`) }),
      ...(eventTypes !== undefined && { eventTypes: types ?? null }),
      ...(status !== undefined && { status: textAt(status, `${place}.status`) }),
    };
  });
}

function filled(value: unknown, env: Environment, at: string): unknown {
  if (typeof value === "string") {
    return value.replaceAll(/\$\$\{|\$\{(\w+)\}/g, (_, name?: string) => {
      if (name === undefined) return "${";
      const text = env[name];
      if (text === undefined || text === "") {
        throw usageFailure(
          `${at} needs the variable ${name}, which the environment does not have.`,
        );
      }
      return text;
    });
  }
  if (Array.isArray(value)) return value.map((each, index) => filled(each, env, `${at}[${index}]`));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, filled(each, env, `${at}.${name}`)]),
  );
}

/** Reads a member that may be left out, or be null. */
function optional<T>(
  value: unknown,
  at: string,
  read: (value: unknown, at: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : read(value, at);
}

function objectAt(value: unknown, at: string, members?: readonly string[]): JsonObject {
  if (!isObject(value)) throw usageFailure(`${at} must be an object.`);
  const unknown = Object.keys(value).find((name) => members?.includes(name) === false);
  if (unknown === undefined) return value;
  throw usageFailure(
    `${at} has the unknown member "${unknown}"; there are ${members?.join(", ")}.`,
  );
}

function listAt(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw usageFailure(`${at} must be a list.`);
  return value;
}

function textAt(value: unknown, at: string): string {
  if (typeof value !== "string" || value === "") throw usageFailure(`${at} must be a text.`);
  return value;
}
