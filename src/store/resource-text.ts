// The SQL text of statements that are not built with Drizzle yet.
const USER_GROUPS_MAX = 2_000;
const SHOWN_NAME_CHARACTERS = 200;

/** The SQL expression of a list of groups as JSON text. */
const GROUPS_TEXT = "json_group_array(json_object('value', id, 'display', display))";

/** A SELECT of the groups that a resource is directly in, so many at most, as `id` and `display`. */
function groupsSelect(groupsMax: number): string {
  return `SELECT g.id AS id, substr(g.doc ->> 'displayName', 1, ${SHOWN_NAME_CHARACTERS}) AS display
      FROM group_members AS m CROSS JOIN resources AS g
        ON g.connector_id = m.connector_id AND g.type = 'Group' AND g.id = m.group_id AND g.deleted_at IS NULL
      WHERE m.connector_id = resources.connector_id AND m.member_id = resources.id
      LIMIT ${groupsMax}`;
}

/** The groups that a resource is directly in, as JSON text; always a list without any for a group. */
export const GROUPS_COLUMN = `CASE resources.type WHEN 'User' THEN (SELECT ${GROUPS_TEXT}
      FROM (${groupsSelect(USER_GROUPS_MAX)}))
    ELSE '[]' END`;

/** About what a group takes in the list of a user's groups. */
const GROUP_BYTES = 150;

/**
 * The same for a page of many resources: where the text has more than `bytesMax` bytes, or is one of
 * more than `groupsMax` groups, only the number of its bytes, estimated where it was not made.
 */
function listedGroups(bytesMax: number, groupsMax: number): string {
  const counted = `SELECT 1 FROM group_members AS m
      WHERE m.connector_id = resources.connector_id AND m.member_id = resources.id LIMIT ${USER_GROUPS_MAX}`;
  return `CASE resources.type WHEN 'User' THEN (SELECT CASE
        WHEN groups > ${groupsMax} THEN ${GROUP_BYTES} * (SELECT count(*) FROM (${counted}))
        WHEN octet_length(text) > ${bytesMax} THEN octet_length(text) ELSE text END
      FROM (SELECT ${GROUPS_TEXT} AS text, count(*) AS groups FROM (${groupsSelect(groupsMax + 1)})))
    ELSE '[]' END`;
}

/** What answers are made of: the members of a record and the SQL expressions of `resources` that give them. */
const MEMBERS = [
  ["rowId", "resources.row_id"],
  ["type", "resources.type"],
  ["id", "resources.id"],
  ["version", "resources.version"],
  ["createdAt", "resources.created_at"],
  ["modifiedAt", "resources.modified_at"],
  ["deletedAt", "resources.deleted_at"],
  ["documentText", "resources.doc"],
  ["groupsText", GROUPS_COLUMN],
] as const;

/** The columns of a resource that answers are made of, its groups among them. */
export const RESOURCE_COLUMNS = MEMBERS.map(([name, column]) => `${column} AS ${name}`).join(", ");

/**
 * The same for a page of many resources: a text of more than `bytesMax` bytes, or a list of more than
 * `groupsMax` groups, is replaced by the number of its bytes.
 */
export function listedColumns(bytesMax: number, groupsMax: number): string {
  const doc = "resources.doc";
  const listed: Readonly<Record<string, string>> = {
    // octet_length reads the header of a row, not its text.
    documentText: `iif(octet_length(${doc}) > ${bytesMax}, octet_length(${doc}), ${doc})`,
    groupsText: listedGroups(bytesMax, groupsMax),
  };
  return MEMBERS.map(([name, column]) => `${listed[name] ?? column} AS ${name}`).join(", ");
}

/** A D1 value holds 2 MB: a resource of more bytes does not travel in a value with other things. */
const BESIDE_BYTES_MAX = 64 * 1024;

/**
 * An SQL expression that gives the resource for which a condition holds, as one JSON object; null for none.
 * Where several fulfil it, or it might be too large, the JSON text "elsewhere" stands there: it has to be
 * asked for by itself. Documents and groups stay texts inside of it. The condition may name columns of the
 * statement around.
 */
export function resourceObject(condition: string): string {
  const members = MEMBERS.map(([name]) =>
    name.endsWith("Text") ? `'${name}', '' || ${name}` : `'${name}', ${name}`,
  );
  // The columns beside count(*) are those of the one row that there is.
  return `(SELECT CASE WHEN count(*) = 0 THEN NULL
      WHEN count(*) > 1 OR octet_length(documentText) + octet_length(groupsText) > ${BESIDE_BYTES_MAX}
      THEN '"elsewhere"' ELSE json_object(${members.join(", ")}) END
    FROM (SELECT ${RESOURCE_COLUMNS} FROM resources WHERE ${condition} LIMIT 2))`;
}

/** Puts expressions of resourceObject on a JSON list. */
export function objectList(expressions: readonly string[]): string {
  // Whether it is JSON, SQLite may forget of the result of a SELECT.
  return `json_array(${expressions.map((expression) => `json(${expression})`).join(", ")})`;
}
