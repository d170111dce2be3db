import { type ResourceTypes, resourceTypesOf } from "#scim/schema/custom.ts";
import { type ConnectorSettings, DEFAULT_SETTINGS } from "#scim/settings.ts";
import type { Clock } from "./clock.ts";
import type { ConnectorId } from "./connector-id.ts";
import { type Database, withRetries } from "./database.ts";
import { bothQueries, type Query, rowsOf } from "./query.ts";

/** What a known credential stands for; whether it still holds is for `judgeAccess` to say. */
export interface Access {
  readonly connectorId: ConnectorId;
  readonly connectorStatus: "active" | "disabled";
  readonly connectorDeletedAt: number | null;
  readonly settings: ConnectorSettings;
  /** The resource types with the connector's own attributes. */
  readonly types: ResourceTypes;
  /** Settings and own attributes as they are stored: by these a commit tells whether they still hold. */
  readonly stored: StoredTerms;
  /** The connector's enabled webhooks: whom a write wakes. */
  readonly webhookIds: readonly string[];
  readonly credentialId: string;
  readonly scope: "read" | "read-write";
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** A connector's settings and own attributes as JSON texts. */
export interface StoredTerms {
  readonly settings: string;
  readonly attributes: string;
}

/** What a credential may do now. */
export type Verdict = "granted" | "revoked" | "expired" | "deleted" | "disabled" | "readOnly";

/** Judges a credential for reading or writing at a moment (SEMANTICS 9 and 12). */
export function judgeAccess(access: Access, intent: "read" | "write", now: number): Verdict {
  if (access.connectorDeletedAt !== null) return "deleted";
  if (access.revokedAt !== null) return "revoked";
  if (access.expiresAt !== null && access.expiresAt <= now) return "expired";
  if (access.connectorStatus === "disabled") return "disabled";
  return intent === "write" && access.scope === "read" ? "readOnly" : "granted";
}

const ACCESS_COLUMNS = `c.connector_id AS connectorId, k.status AS connectorStatus,
    k.deleted_at AS connectorDeletedAt, k.settings AS settings, k.attributes AS attributes,
    k.webhook_ids AS webhookIds, c.id AS credentialId, c.scope AS scope, c.expires_at AS expiresAt, c.revoked_at AS revokedAt, c.last_used_at AS lastUsedAt`;
const ACCESS_SOURCE =
  "FROM credentials c CROSS JOIN connectors k ON k.number = c.connector_id WHERE c.hash = ?1";

type AccessRow = Omit<Access, "settings" | "types" | "stored" | "webhookIds"> &
  StoredTerms & { readonly webhookIds: string };

/**
 * Looks a token's hash up and runs a query in the same D1 round trip. The query's answer must be
 * thrown away unless the access is judged good; an unknown hash gives no access.
 */
export async function readWithAccess<T>(
  db: Database,
  tokenHash: string,
  query: Query<T>,
  clock: Clock,
): Promise<{ readonly access: Access | undefined; readonly value: T }> {
  const { statements, read } = bothQueries(accessOf(db, tokenHash), query);
  const [access, value] = read(await withRetries(clock, () => db.batch([...statements])));
  return { access, value };
}

/** What a token's hash stands for; undefined for an unknown one. */
function accessOf(db: Database, tokenHash: string): Query<Access | undefined> {
  const statement = db.prepare(`SELECT ${ACCESS_COLUMNS} ${ACCESS_SOURCE}`).bind(tokenHash);
  const read = ([result]: readonly D1Result[]) => {
    const [row] = rowsOf<AccessRow>(result);
    return row && accessIn(row);
  };
  return { statements: [statement], read };
}

/**
 * What a token's hash stands for, and beside it in the same row the text that an SQL expression gives:
 * one statement less than a batch of both. The expression knows the token's connector as c.connector_id
 * and `value` as ?2.
 */
export function accessBeside(
  db: Database,
  tokenHash: string,
  { expression, value }: { readonly expression: string; readonly value: string },
): Query<{ readonly access: Access; readonly text: string } | undefined> {
  const statement = db
    .prepare(`SELECT ${expression} AS text, ${ACCESS_COLUMNS} ${ACCESS_SOURCE}`)
    .bind(tokenHash, value);
  const read = ([result]: readonly D1Result[]) => {
    const [row] = rowsOf<AccessRow & { readonly text: string }>(result);
    if (row === undefined) return undefined;
    const { text, ...access } = row;
    return { access: accessIn(access), text };
  };
  return { statements: [statement], read };
}

function accessIn({ settings, attributes, webhookIds, ...columns }: AccessRow): Access {
  return {
    ...columns,
    settings: parseSettings(settings),
    types: resourceTypesOf(attributes),
    stored: { settings, attributes },
    // A list that webhooks.ts keeps.
    webhookIds: JSON.parse(webhookIds) as readonly string[],
  };
}

/** A query that asks nothing, for a request that needs its credential alone. */
export const NO_QUERY: Query<undefined> = { statements: [], read: () => undefined };

/** Reads stored settings; members that a later version added take their defaults. */
export function parseSettings(text: string): ConnectorSettings {
  // Written by this program from validated settings.
  return { ...DEFAULT_SETTINGS, ...(JSON.parse(text) as Partial<ConnectorSettings>) };
}

/** That a credential was used at a moment, in milliseconds. */
export interface CredentialUse {
  readonly connectorId: ConnectorId;
  readonly credentialId: string;
  readonly at: number;
}

/** The statement that notes when a credential was last used. */
export function noteLastUse(
  db: Database,
  { connectorId, credentialId, at }: CredentialUse,
): D1PreparedStatement {
  return db
    .prepare("UPDATE credentials SET last_used_at = ?3 WHERE connector_id = ?1 AND id = ?2")
    .bind(connectorId, credentialId, at);
}
