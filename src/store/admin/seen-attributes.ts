import { and, count, eq, exists, gte, lt, or, sql } from "drizzle-orm";
import type { TypeName } from "#scim/ports.ts";
import type { SeenName, SeenType } from "#scim/resource/undeclared-names.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { withoutSecrets } from "#store/event-log/redact-text.ts";
import { excluded, insertRows, jsonEach, nameOf } from "#store/rows.ts";
import { seenAttributes } from "#store/schema.ts";
import { build, named, selectRows, statement } from "#store/statement.ts";

/** An undeclared attribute, or a part of one, as it was last sent; the time in milliseconds. */
export interface SeenAttribute extends Omit<SeenName, "type" | "multiValued"> {
  readonly resourceType: TypeName;
  /** Every type that was sent, in the order of SEEN_TYPES. */
  readonly types: readonly SeenType[];
  readonly multiValued: boolean;
  readonly lastSeenAt: number;
}

/** What is kept of what one connector's clients sent. */
export const SEEN_MAX = 200;
export const SEEN_DAYS = 90;

const DAY_MS = 86_400_000;
const SEEN_TYPES: readonly SeenType[] = ["string", "integer", "decimal", "boolean", "complex"];
const MULTI_VALUED = 1 << SEEN_TYPES.length;

/** A name as it goes into the table. */
export interface SeenToStore {
  readonly resourceType: TypeName;
  readonly seen: SeenName;
  readonly at: number;
}

/**
 * Statements that note attributes which clients of a connector sent: new ones while there are fewer than
 * SEEN_MAX, of the others what types they had and when. What nobody sent for SEEN_DAYS goes first.
 */
export function noteSeen(
  db: Database,
  connectorId: ConnectorId,
  rows: readonly SeenToStore[],
): readonly D1PreparedStatement[] {
  const newest = Math.max(...rows.map(({ at }) => at));
  const json = JSON.stringify(
    rows.filter(isFreeOfSecrets).map(({ resourceType, seen, at }) => ({
      resourceType,
      schema: seen.schema ?? "",
      name: seen.part === undefined ? seen.name : `${seen.name}.${seen.part}`,
      types: (1 << SEEN_TYPES.indexOf(seen.type)) | (seen.multiValued ? MULTI_VALUED : 0),
      at,
    })),
  );
  return [
    FORGET_OLD.bind(db, { connectorId, before: newest - SEEN_DAYS * DAY_MS }),
    NOTE.bind(db, { connectorId, json }),
  ];
}

const FORGET_OLD = statement<{ connectorId: ConnectorId; before: number }>()(
  ({ connectorId, before }) =>
    build
      .delete(seenAttributes)
      .where(and(eq(seenAttributes.connectorId, connectorId), lt(seenAttributes.lastAt, before))),
);

/** A client may send a token where a name belongs. */
function isFreeOfSecrets({ seen: { schema = "", name, part = "" } }: SeenToStore): boolean {
  return [schema, name, part].every((text) => withoutSecrets(text) === text);
}

/** Notes the rows of a JSON list. The first spelling stays. */
const NOTE = statement<{ connectorId: ConnectorId; json: string }>()(({ connectorId, json }) => {
  const { table, key, value } = jsonEach(sql`${json}`, "row");
  const [resourceType, schema, name] = [
    sql`(${value} ->> 'resourceType')`,
    sql`(${value} ->> 'schema')`,
    sql`(${value} ->> 'name')`,
  ];
  const place = sql`lower(${resourceType} || ' ' || ${schema} || ' ' || ${name})`;
  const cells = {
    connectorId: sql`${connectorId}`,
    place,
    resourceType,
    schema,
    name,
    types: sql`${value} ->> 'types'`,
    lastAt: sql`${value} ->> 'at'`,
  };
  const isOwn = eq(seenAttributes.connectorId, connectorId);
  const held = build
    .select(named({ count: count() }))
    .from(seenAttributes)
    .where(isOwn);
  const known = build
    .select(named({ place: seenAttributes.place }))
    .from(seenAttributes)
    .where(and(isOwn, eq(seenAttributes.place, place)));
  const { types, lastAt } = seenAttributes;
  return insertRows(seenAttributes, cells, {
    from: table,
    where: or(lt(sql`${key} + ${held}`, SEEN_MAX), exists(known)),
    onConflict: sql`on conflict do update set ${nameOf(types)} = ${types} | ${excluded(types)},
      ${nameOf(lastAt)} = max(${lastAt}, ${excluded(lastAt)})`,
  });
});

/** The undeclared attributes that a connector's clients sent within SEEN_DAYS, by name. */
export async function listSeen(
  db: Database,
  connectorId: ConnectorId,
  now: number,
): Promise<readonly SeenAttribute[]> {
  const query = build
    .select(
      named({
        resourceType: seenAttributes.resourceType,
        schema: seenAttributes.schema,
        name: seenAttributes.name,
        types: seenAttributes.types,
        lastSeenAt: seenAttributes.lastAt,
      }),
    )
    .from(seenAttributes)
    .where(
      and(
        eq(seenAttributes.connectorId, connectorId),
        gte(seenAttributes.lastAt, now - SEEN_DAYS * DAY_MS),
      ),
    )
    .orderBy(seenAttributes.place)
    .limit(SEEN_MAX);
  const rows = await selectRows(db, query);
  return rows.map(({ schema, name, types, ...row }) => {
    const [attribute = name, part] = name.split(".", 2);
    return {
      ...row,
      schema: schema === "" ? undefined : schema,
      name: attribute,
      part,
      types: SEEN_TYPES.filter((_, bit) => (types & (1 << bit)) !== 0),
      multiValued: (types & MULTI_VALUED) !== 0,
    };
  });
}
