import { and, eq, exists, gt, isNotNull, isNull, or, sql } from "drizzle-orm";
import type { JsonObject } from "#scim/json.ts";
import type { TypeName } from "#scim/ports.ts";
import { declaredForm, declaredNames } from "#scim/resource/declared-form.ts";
import { orderDocument, schemasFor } from "#scim/resource/resource.ts";
import type { ResourceTypes } from "#scim/schema/custom.ts";
import { type Declaration, isSameAttribute } from "#scim/schema/declaration.ts";
import { foldedUrn } from "#scim/schema/undeclared.ts";
import { foldedText } from "#store/columns.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { jsonPath, UNREAD } from "#store/filter/json-path.ts";
import { jsonEach } from "#store/rows.ts";
import { resources } from "#store/schema.ts";
import { build, named, type RowOf, selectRows, statement } from "#store/statement.ts";

/** Values of a declared attribute that were kept before, and do not fit: how many, and whose. */
export interface MisfitValues {
  readonly name: string;
  readonly schema: string | undefined;
  readonly resourceType: TypeName;
  readonly count: number;
  /** Some of the resources that hold them. */
  readonly resourceIds: readonly string[];
}

/** What became of the values that were kept of attributes which are declared now. */
export interface ReadKept {
  readonly misfits: readonly MisfitValues[];
  /** Whether there may be more of them than one call reads. */
  readonly isIncomplete: boolean;
}

/** What is declared now, and whether former declarations left marked resources (changeAttributes). */
export interface KeptToRead {
  readonly declarations: readonly Declaration[];
  readonly hasUnread: boolean;
}

/** One call reads so many resources at most, in steps of so many. */
const READ_MAX = 2_000;
const STEP = 100;
const IDS_MAX = 10;

/**
 * Reads what resources kept of extensions by the declarations that are there now, and what former ones left
 * that no value fitted: from then on filters know it as declared, or as kept where nobody declares it. Values that do not fit stay as they were sent, are found by no filter, and are told. To be
 * repeated while it is incomplete; what is written meanwhile is read with its write.
 */
export async function readKept(
  db: Database,
  connectorId: ConnectorId,
  types: ResourceTypes,
  { declarations, hasUnread }: KeptToRead,
): Promise<ReadKept> {
  const places = declarations.flatMap(({ schema, name, resourceType }) =>
    schema === undefined
      ? []
      : [{ type: resourceType, path: jsonPath([foldedUrn(schema), name.toLowerCase()]) }],
  );
  const misfits = new Map<Declaration, string[]>();
  let position = 0;
  let read = 0;
  while ((places.length > 0 || hasUnread) && read < READ_MAX) {
    const rows = await selectRows(db, selectKept(connectorId, places, position));
    const changed = rows.map((row) => {
      const type = types[row.type].storedAs ?? types[row.type];
      // The text was written by this program from a JsonObject.
      const { schemas: _, ...document } = JSON.parse(row.doc) as JsonObject;
      noteMisfits(misfits, row, declarations, declaredForm(type, document).misfits);
      const renamed = orderDocument(type, declaredNames(type, document));
      const doc = JSON.stringify({ schemas: schemasFor(type, renamed), ...renamed });
      const { rowId, version } = row;
      return { connectorId, rowId, version, doc, folded: foldedText(type, renamed) };
    });
    if (changed.length > 0) await db.batch(changed.map((row) => UPDATE_KEPT.bind(db, row)));
    read += rows.length;
    position = rows.at(-1)?.rowId ?? position;
    if (rows.length < STEP) break;
  }
  return { misfits: [...misfits].map(toldMisfits), isIncomplete: read >= READ_MAX };
}

type KeptRow = RowOf<ReturnType<typeof selectKept>>;

/** The next resources after a row that hold something at one of the places, or are marked. */
function selectKept(
  connectorId: ConnectorId,
  places: readonly { readonly type: TypeName; readonly path: string }[],
  after: number,
) {
  const { table, key, value } = jsonEach(sql`${JSON.stringify(places)}`, "place");
  const held = build
    .select(named({ at: key }))
    .from(table)
    .where(
      and(
        eq(resources.type, sql`${value} ->> 'type'`),
        isNotNull(sql`json_type(${resources.folded}, ${value} ->> 'path')`),
      ),
    );
  return build
    .select(
      named({
        rowId: resources.rowId,
        type: resources.type,
        id: resources.id,
        version: resources.version,
        doc: resources.doc,
      }),
    )
    .from(resources)
    .where(
      and(
        eq(resources.connectorId, connectorId),
        gt(resources.rowId, after),
        isNull(resources.deletedAt),
        or(isNotNull(sql`json_type(${resources.folded}, ${UNREAD})`), exists(held)),
      ),
    )
    .orderBy(resources.rowId)
    .limit(STEP);
}

/** What was written meanwhile was read with its write. */
const UPDATE_KEPT = statement<{
  connectorId: ConnectorId;
  rowId: number;
  version: number;
  doc: string;
  folded: string;
}>()(({ connectorId, rowId, version, doc, folded }) =>
  build
    .update(resources)
    .set({ doc: sql`${doc}`, folded: sql`${folded}` })
    .where(
      and(
        eq(resources.rowId, rowId),
        eq(resources.connectorId, connectorId),
        eq(resources.version, version),
      ),
    ),
);

function noteMisfits(
  misfits: Map<Declaration, string[]>,
  { type, id }: KeptRow,
  declarations: readonly Declaration[],
  found: ReturnType<typeof declaredForm>["misfits"],
): void {
  for (const { attribute } of found) {
    const misfit = { name: attribute.name, resourceType: type };
    const declaration = declarations.find((each) => isSameAttribute(each, misfit));
    if (declaration === undefined) continue;
    const ids = misfits.get(declaration) ?? [];
    ids.push(id);
    misfits.set(declaration, ids);
  }
}

function toldMisfits([{ name, schema, resourceType }, ids]: [
  Declaration,
  readonly string[],
]): MisfitValues {
  const resourceIds = ids.slice(0, IDS_MAX);
  return { name, schema, resourceType, count: ids.length, resourceIds };
}
