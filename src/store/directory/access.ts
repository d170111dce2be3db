import { and, eq, type Placeholder, sql } from "drizzle-orm";
import { type ResourceTypes, resourceTypesOf } from "#scim/schema/custom.ts";
import {
  type ConnectorSettings,
  DEFAULT_SETTINGS,
  type SomeSettings,
  withSettings,
} from "#scim/settings.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type JsonText, parseStored } from "#store/json-text.ts";
import type { FoundExpression, Query, WithCredential } from "#store/query.ts";
import { recordsIn } from "#store/resources.ts";
import { connectors, credentials } from "#store/schema.ts";
import { build, type Givens, named, type RowOf, rowsOf, statement } from "#store/statement.ts";

/** What a known credential stands for; whether it still holds is for `judgeAccess` to say. */
export interface Access {
  readonly connectorId: ConnectorId;
  readonly connectorStatus: "active" | "disabled";
  readonly connectorDeletedAt: number | null;
  /** Since when the connector moves to another tenant; null where it does not. */
  readonly connectorMovesAt: number | null;
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
export type Verdict =
  | "granted"
  | "revoked"
  | "expired"
  | "deleted"
  | "disabled"
  | "readOnly"
  | "moving";

/** Judges a credential for reading or writing at a moment. */
export function judgeAccess(access: Access, intent: "read" | "write", now: number): Verdict {
  if (access.connectorDeletedAt !== null) return "deleted";
  if (access.revokedAt !== null) return "revoked";
  if (access.expiresAt !== null && access.expiresAt <= now) return "expired";
  if (access.connectorStatus === "disabled") return "disabled";
  if (intent === "read") return "granted";
  if (access.scope === "read") return "readOnly";
  return access.connectorMovesAt === null ? "granted" : "moving";
}

const accessFields = () => ({
  connectorId: credentials.connectorId,
  connectorStatus: connectors.status,
  connectorDeletedAt: connectors.deletedAt,
  connectorMovesAt: connectors.movesAt,
  settings: connectors.settings,
  attributes: connectors.attributes,
  webhookIds: connectors.webhookIds,
  credentialId: credentials.id,
  scope: credentials.scope,
  expiresAt: credentials.expiresAt,
  revokedAt: credentials.revokedAt,
  lastUsedAt: credentials.lastUsedAt,
});

const ofToken = (hash: Placeholder) =>
  and(eq(connectors.number, credentials.connectorId), eq(credentials.hash, hash));

function selectAccess({ hash }: Givens<{ readonly hash: string }>) {
  return build
    .select(named(accessFields()))
    .from(credentials)
    .crossJoin(connectors)
    .where(ofToken(hash));
}

const ACCESS = statement<{ readonly hash: string }>()(selectAccess);

type AccessRow = RowOf<ReturnType<typeof selectAccess>>;

/** Access with resources beside it, for each expression that gives them. */
const WITH_FOUND = new WeakMap<FoundExpression, ReturnType<typeof statementWith>>();

function statementWith(expression: FoundExpression) {
  return statement<{ readonly hash: string }>()((given) =>
    build
      .select(named({ text: expression(given as never), ...accessFields() }))
      .from(credentials)
      .crossJoin(connectors)
      .where(ofToken(given.hash)),
  );
}

/**
 * Looks a token's hash up and runs a query in the same D1 round trip. The query's answer must be
 * thrown away unless the access is judged good; an unknown hash gives no access. No `found` means
 * that the answer is too large to travel like this: the query has to be asked by itself.
 */
export async function readWithAccess<T>(
  db: Database,
  tokenHash: string,
  query: Query<T>,
  clock: Clock,
): Promise<{
  readonly access: Access | undefined;
  readonly found: { readonly value: T } | undefined;
}> {
  const { withCredential } = query;
  if (withCredential !== undefined) {
    const both = accessWith(db, tokenHash, withCredential);
    const [result] = await withRetries(clock, () => db.batch([both.statement]));
    return { access: both.accessIn(result), found: both.foundIn(result) };
  }
  const statements = [ACCESS.bind(db, { hash: tokenHash }), ...query.statements];
  const [first, ...rest] = await withRetries(clock, () => db.batch(statements));
  const [row] = rowsOf<AccessRow>(first);
  return { access: row && accessIn(row), found: { value: query.read(rest) } };
}

/** What a token's hash stands for, and beside it in the same row the resources that an expression gives. */
export function accessWith<T>(
  db: Database,
  tokenHash: string,
  { expression, given, read }: WithCredential<T>,
) {
  const known = WITH_FOUND.get(expression) ?? statementWith(expression);
  WITH_FOUND.set(expression, known);
  const statement = known.bind(db, { ...given, hash: tokenHash });
  const rowIn = (result: D1Result | undefined) =>
    rowsOf<AccessRow & { readonly text: string }>(result)[0];
  return {
    statement,
    accessIn: (result: D1Result | undefined): Access | undefined => {
      const row = rowIn(result);
      if (row === undefined) return undefined;
      const { text: _, ...columns } = row;
      return accessIn(columns);
    },
    foundIn: (result: D1Result | undefined): { readonly value: T } | undefined => {
      const row = rowIn(result);
      const records = row && recordsIn(row.text);
      return records && { value: read(records) };
    },
  };
}

function accessIn({ settings, attributes, webhookIds, ...columns }: AccessRow): Access {
  const parsed = parseSettings(settings);
  return {
    ...columns,
    settings: parsed,
    types: resourceTypesOf(attributes, parsed),
    stored: { settings, attributes },
    webhookIds: parseStored(webhookIds),
  };
}

/** A query that asks nothing, for a request that needs its credential alone. */
export const NO_QUERY: Query<undefined> = { statements: [], read: () => undefined };

/** Reads stored settings; members that a later version added take their defaults. */
export function parseSettings(text: JsonText<SomeSettings>): ConnectorSettings {
  return withSettings(DEFAULT_SETTINGS, parseStored(text));
}

/** That a credential was used at a moment, in milliseconds. */
export interface CredentialUse {
  readonly connectorId: ConnectorId;
  readonly credentialId: string;
  readonly at: number;
}

const NOTE_USE = statement<{ readonly [Name in keyof CredentialUse]: CredentialUse[Name] }>()(
  ({ connectorId, credentialId, at }) =>
    build
      .update(credentials)
      .set({ lastUsedAt: sql`${at}` })
      .where(and(eq(credentials.connectorId, connectorId), eq(credentials.id, credentialId))),
);

/** The statement that notes when a credential was last used. */
export function noteLastUse(db: Database, use: CredentialUse): D1PreparedStatement {
  return NOTE_USE.bind(db, { ...use });
}
