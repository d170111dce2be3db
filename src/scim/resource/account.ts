import type { JsonObject } from "#scim/json.ts";
import type { ResourceChange, ResourceRecord } from "#scim/ports.ts";
import { EVERYTHING, type Projection } from "./projection.ts";

/**
 * What the application sees of a user beside the SCIM document: its own `accountId`, when the person first
 * signed in to it (`registered`), and `claimed: false` of an imported user whose person is still to come.
 */
export function accountOf({ accountId, registeredAt, isUnclaimed }: ResourceRecord): JsonObject {
  return {
    ...(accountId !== undefined && { accountId }),
    ...(registeredAt !== undefined && { registered: new Date(registeredAt).toISOString() }),
    ...(isUnclaimed && { claimed: false }),
  };
}

/** The names of accountOf's members. */
export const ACCOUNT_NAMES = ["accountId", "registered", "claimed"] as const;

/** Whether a change takes an imported user over that waited for its person. */
export function isClaim(change: ResourceChange): boolean {
  if (change.kind !== "update") return false;
  return change.before.isUnclaimed === true && !change.after.isUnclaimed;
}

/**
 * A resource's JSON text with what the application sees beside it, as far as it is asked for; that takes the
 * place of what bears the same name.
 */
export function withAccount(
  text: string,
  record: ResourceRecord,
  projection: Projection = EVERYTHING,
): string {
  const members = Object.entries(accountOf(record)).filter(([name]) => isShown(name, projection));
  const account: JsonObject = Object.fromEntries(members);
  const names = members.map(([name]) => name);
  if (names.length === 0) return text;
  if (!names.some((name) => text.includes(`"${name}":`))) {
    return `${text.slice(0, -1)},${JSON.stringify(account).slice(1)}`;
  }
  // The text was written by this program from a JsonObject.
  return JSON.stringify({ ...(JSON.parse(text) as JsonObject), ...account });
}

function isShown(name: string, projection: Projection): boolean {
  if (projection.kind === "everything") return true;
  const isNamed = projection.names.some((each) => each.toLowerCase() === name.toLowerCase());
  return isNamed === (projection.kind === "attributes");
}
