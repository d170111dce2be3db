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
import { selectRows } from "#store/query.ts";

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
    const rows = await selectRows<KeptRow>(
      db,
      SELECT_KEPT,
      ...[connectorId, JSON.stringify(places), position],
    );
    const changed = rows.map((row) => {
      const type = types[row.type].storedAs ?? types[row.type];
      // The text was written by this program from a JsonObject.
      const { schemas: _, ...document } = JSON.parse(row.doc) as JsonObject;
      noteMisfits(misfits, row, declarations, declaredForm(type, document).misfits);
      const named = orderDocument(type, declaredNames(type, document));
      const doc = JSON.stringify({ schemas: schemasFor(type, named), ...named });
      return { rowId: row.rowId, version: row.version, doc, folded: foldedText(type, named) };
    });
    if (changed.length > 0)
      await db.batch(
        changed.map((row) => db.prepare(UPDATE_KEPT).bind(connectorId, JSON.stringify(row))),
      );
    read += rows.length;
    position = rows.at(-1)?.rowId ?? position;
    if (rows.length < STEP) break;
  }
  return { misfits: [...misfits].map(toldMisfits), isIncomplete: read >= READ_MAX };
}

interface KeptRow {
  readonly rowId: number;
  readonly type: TypeName;
  readonly id: string;
  readonly version: number;
  readonly doc: string;
}

// ?1 = connector, ?2 = JSON list of {type, path}, ?3 = the row after which to begin
const SELECT_KEPT = `SELECT row_id AS rowId, type, id, version, doc FROM resources
  WHERE connector_id = ?1 AND row_id > ?3 AND deleted_at IS NULL
    AND (json_type(folded, '${UNREAD}') IS NOT NULL
      OR EXISTS (SELECT 1 FROM json_each(?2) AS place WHERE place.value ->> 'type' = resources.type
        AND json_type(resources.folded, place.value ->> 'path') IS NOT NULL))
  ORDER BY row_id LIMIT ${STEP}`;

// ?1 = connector, ?2 = the row. What was written meanwhile was read with its write.
const UPDATE_KEPT = `UPDATE resources SET doc = ?2 ->> 'doc', folded = ?2 ->> 'folded'
  WHERE row_id = ?2 ->> 'rowId' AND connector_id = ?1 AND version = ?2 ->> 'version'`;

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
