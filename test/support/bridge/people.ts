import type { BridgeConfig, BridgeSettings, UserRules } from "#bridge/config/settings.ts";
import type { JsonObject } from "#scim/json.ts";
import { documentOf } from "#scim/ports.ts";
import { BridgeMemory } from "./memory.ts";
import { aConfig } from "./run.ts";

/** An Okta user as the Users API shows it; the login is the address, too. */
export function oktaUser(
  id: string,
  login: string,
  profile: JsonObject = {},
  status = "ACTIVE",
): JsonObject {
  return { id, status, profile: { login, email: login, ...profile } };
}

/** A bridge to Okta. */
export function oktaConfig(
  settings: Partial<BridgeSettings> = {},
  rules: Partial<UserRules> = {},
): BridgeConfig {
  return aConfig({ type: "okta", baseUrl: "https://example.okta.com" }, settings, rules);
}

/** A directory with users that a push client made. */
export function pushed(users: Readonly<Record<string, JsonObject>>): BridgeMemory {
  const memory = new BridgeMemory();
  for (const [id, body] of Object.entries(users)) memory.push(id, body);
  return memory;
}

/** The document of a user of the directory. */
export function documentIn(memory: BridgeMemory, id: string): JsonObject {
  const record = memory.users.get(id);
  if (record === undefined) throw new Error(`There is no user ${id}.`);
  return documentOf(record);
}
