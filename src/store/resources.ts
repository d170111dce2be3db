import type { CandidateKeys, ResourceRecord, TypeName } from "#scim/ports.ts";
import type { Database } from "./database.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeText } from "./query.ts";

// A user is read with its groups, also to switch it off: they must never outgrow a D1 value of 2 MB.
const USER_GROUPS_MAX = 2_000;
const GROUP_NAME_CHARACTERS = 200;

/** The columns of a resource that answers are made of, its groups among them. */
export const RESOURCE_COLUMNS = `resources.row_id AS rowId, resources.type AS type, resources.id AS id,
  resources.version AS version, resources.created_at AS createdAt, resources.modified_at AS modifiedAt,
  resources.deleted_at AS deletedAt, resources.doc AS documentText,
  CASE resources.type WHEN 'User' THEN (SELECT json_group_array(json_object('value', id, 'display', display)) FROM (
      SELECT g.id AS id, substr(g.doc ->> 'displayName', 1, ${GROUP_NAME_CHARACTERS}) AS display
      FROM group_members AS m CROSS JOIN resources AS g
        ON g.connector_id = m.connector_id AND g.type = 'Group' AND g.id = m.group_id AND g.deleted_at IS NULL
      WHERE m.connector_id = resources.connector_id AND m.member_id = resources.id
      LIMIT ${USER_GROUPS_MAX}))
    ELSE '[]' END AS groupsText`;

type ResourceRow = Omit<ResourceRecord, "deletedAt"> & { readonly deletedAt: number | null };

/** Reads the resources of a result whose statement selects RESOURCE_COLUMNS. */
export function recordsOf(result: D1Result | undefined): readonly ResourceRecord[] {
  return rowsOf<ResourceRow>(result).map((row) => ({
    ...row,
    deletedAt: row.deletedAt ?? undefined,
  }));
}

/** Finds a live resource by id. */
export function resourceById(
  db: Database,
  scope: Scope,
  type: TypeName,
  id: string,
): Query<ResourceRecord | undefined> {
  const statement = db
    .prepare(
      `SELECT ${RESOURCE_COLUMNS} FROM resources
       WHERE connector_id = ${scopeText(scope)} AND type = ?2 AND id = ?3 AND deleted_at IS NULL`,
    )
    .bind(scopeKey(scope), type, id);
  return { statements: [statement], read: ([result]) => recordsOf(result)[0] };
}

/** Finds the resources that a new one could be: live by name, live or soft-deleted by externalId. */
export function resourceCandidates(
  db: Database,
  scope: Scope,
  type: TypeName,
  { nameKey, externalId }: CandidateKeys,
): Query<readonly ResourceRecord[]> {
  const select = `SELECT ${RESOURCE_COLUMNS} FROM resources
    WHERE connector_id = ${scopeText(scope)} AND type = ?2`;
  const key = scopeKey(scope);
  const byName = db
    .prepare(`${select} AND name_key = ?3 AND deleted_at IS NULL LIMIT 2`)
    .bind(key, type, nameKey);
  const byExternalId = db
    .prepare(`${select} AND external_id = ?3`)
    .bind(key, type, externalId ?? "");
  return {
    statements: externalId === undefined ? [byName] : [byName, byExternalId],
    read: ([named, external]) => {
      const found = recordsOf(named);
      const known = new Set(found.map(({ id }) => id));
      return [...found, ...recordsOf(external).filter(({ id }) => !known.has(id))];
    },
  };
}
