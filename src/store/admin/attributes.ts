import { and, eq, exists, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { StoredDeclaration } from "#scim/schema/custom.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { jsonPath, UNREAD } from "#store/filter/json-path.ts";
import { jsonEach } from "#store/rows.ts";
import { connectors, resources } from "#store/schema.ts";
import { build, named, prepare, type RowOf, rowsOf, selectRows } from "#store/statement.ts";
import { auditStatements } from "./audit.ts";
import type { AuditRow } from "./audit-row.ts";

/**
 * Those of the declared attributes of which a live resource of the connector holds a value that fits: what an
 * extension kept before it was declared, and does not fit, binds nobody. It walks over the resources until it
 * finds one: for an administrator's call now and then.
 */
export async function heldAttributes(
  db: Database,
  connectorId: ConnectorId,
  declarations: readonly StoredDeclaration[],
): Promise<readonly StoredDeclaration[]> {
  if (declarations.length === 0) return [];
  const places = placesOf(declarations);
  const holding = build
    .select(named({ rowId: resources.rowId }))
    .from(resources)
    .where(and(isLive(connectorId), holdsPlace(resources.folded, places)));
  const query = build
    .select(named({ at: places.key }))
    .from(places.table)
    .where(exists(holding));
  const held = new Set((await selectRows(db, query)).map(({ at }) => at));
  return declarations.filter((_, at) => held.has(at));
}

function isLive(connectorId: ConnectorId): SQL | undefined {
  return and(eq(resources.connectorId, connectorId), isNull(resources.deletedAt));
}

type Places = ReturnType<typeof placesOf>;

/** Where resources hold the values of declarations, as a table of types and JSON paths. */
function placesOf(declarations: readonly StoredDeclaration[]) {
  return jsonEach(sql`${JSON.stringify(declarations.map(placeOf))}`, "place");
}

/** That a resource holds something, in its document or the folded one, at one of the places. */
function holdsPlace(
  document: typeof resources.doc | typeof resources.folded,
  { value }: Places,
): SQL | undefined {
  return and(
    eq(resources.type, sql`${value} ->> 'type'`),
    isNotNull(sql`json_type(${document}, ${value} ->> 'path')`),
  );
}

function placeOf({ resourceType, schema, name }: StoredDeclaration) {
  return { type: resourceType, path: jsonPath(schema === undefined ? [name] : [schema, name]) };
}

/** A connector's declarations as they were read: the list as JSON text, and its version. */
export interface SeenAttributes {
  readonly attributes: string;
  readonly attributesVersion: number;
}

/** A new list of declarations in the place of those that were seen. */
export interface AttributesChange {
  readonly seen: SeenAttributes;
  readonly after: readonly StoredDeclaration[];
  /** Declarations that bind no more, and of which no value fits: what is stored of them is to be read anew. */
  readonly released: readonly StoredDeclaration[];
}

/** The version that a connector's declarations have now, and whether marked resources wait for readKept. */
export interface ChangedAttributes {
  readonly version: number;
  readonly hasUnread: boolean;
}

/**
 * Stores a connector's declarations, and marks for readKept what the released ones leave; undefined where they
 * are not those that were seen, or the connector is deleted.
 */
export async function changeAttributes(
  db: Database,
  connectorId: ConnectorId,
  change: AttributesChange,
  { now, audit }: { readonly now: number; readonly audit?: AuditRow | undefined },
): Promise<ChangedAttributes | undefined> {
  const { attributes, attributesVersion } = change.seen;
  const after = JSON.stringify(change.after);
  const changed = build
    .update(connectors)
    .set({ attributes: after, modifiedAt: now })
    .where(
      and(hasAttributes(connectorId, attributes, attributesVersion), isNull(connectors.deletedAt)),
    )
    // RETURNING shows the row as it was before its triggers moved the version on.
    .returning(named({ version: sql<number>`${connectors.attributesVersion} + 1` }));
  const isChanged = exists(
    build
      .select(named({ number: connectors.number }))
      .from(connectors)
      .where(hasAttributes(connectorId, after, attributesVersion + 1)),
  );
  const { released } = change;
  const marked = released.length === 0 ? [] : [markReleased(connectorId, released, isChanged)];
  const others = [...marked, selectUnread(connectorId)].map((query) => prepare(db, query));
  const results = await db.batch([prepare(db, changed), ...auditStatements(db, audit), ...others]);
  const version = rowsOf<RowOf<typeof changed>>(results[0])[0]?.version;
  const hasUnread = rowsOf(results.at(-1)).length > 0;
  return version === undefined ? undefined : { version, hasUnread };
}

function hasAttributes(
  connectorId: ConnectorId,
  attributes: string,
  version: number,
): SQL | undefined {
  return and(
    eq(connectors.number, connectorId),
    eq(connectors.attributes, attributes),
    eq(connectors.attributesVersion, version),
  );
}

/** Marks the resources that hold something of the released declarations, on a condition. */
function markReleased(
  connectorId: ConnectorId,
  released: readonly StoredDeclaration[],
  condition: SQL,
) {
  const places = placesOf(released);
  const held = build
    .select(named({ at: places.key }))
    .from(places.table)
    .where(holdsPlace(resources.doc, places));
  return build
    .update(resources)
    .set({ folded: sql`json_set(${resources.folded}, ${UNREAD}, 1)` })
    .where(and(isLive(connectorId), condition, exists(held)));
}

function selectUnread(connectorId: ConnectorId) {
  return build
    .select(named({ rowId: resources.rowId }))
    .from(resources)
    .where(and(isLive(connectorId), isNotNull(sql`json_type(${resources.folded}, ${UNREAD})`)))
    .limit(1);
}
