import type { ResolvedFilter } from "#scim/filter/syntax/ast.ts";
import type { TypeName } from "#scim/ports.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import type { Parameters } from "#store/parameters.ts";
import { SHOWN_NAME_CHARACTERS } from "#store/resources.ts";
import type { JsonSource } from "./json-path.ts";
import { type FilterTerm, type MembershipLookup, membershipTerm } from "./membership-terms.ts";

/** One side of `group_members AS m`, with the resource at its other end as `r` where it is joined. */
interface Side {
  /** Whose memberships they are. */
  readonly own: string;
  /** What the index is called that finds them by the other end. */
  readonly indexed: string;
  readonly join: string;
  /** A membership as a filter sees it: folded, `$ref` below the base URL. */
  readonly element: JsonSource;
}

/** Joins the memberships `m` with the member, as `r`. */
export const MEMBER_JOIN = `CROSS JOIN resources AS r ON r.connector_id = m.connector_id AND r.type = m.member_type
    AND r.id = m.member_id AND r.deleted_at IS NULL`;

const OF_GROUPS: Side = {
  own: "m.group_id",
  // Without the hint SQLite walks all memberships of the connector where `member_type` is read as well.
  indexed: "INDEXED BY group_members_member",
  join: MEMBER_JOIN,
  element: elementOf({
    value: "m.member_id",
    $ref: "(m.member_type || 's/' || m.member_id)",
    type: "lower(m.member_type)",
    display: `substr(coalesce(r.folded ->> '$."displayName"', r.name_key), 1, ${SHOWN_NAME_CHARACTERS})`,
  }),
};

const OF_USERS: Side = {
  own: "m.member_id",
  indexed: "",
  join: `CROSS JOIN resources AS r ON r.connector_id = m.connector_id AND r.type = 'Group'
    AND r.id = m.group_id AND r.deleted_at IS NULL`,
  element: elementOf({
    value: "m.group_id",
    $ref: "('Groups/' || m.group_id)",
    type: "'direct'",
    display: `substr(r.name_key, 1, ${SHOWN_NAME_CHARACTERS})`,
  }),
};

/** The memberships `m` of `resources` of a type, to join with; with who is at their other end, as `r`. */
export function membershipsOf(type: TypeName, withOther: boolean): string {
  const { own, join } = type === "Group" ? OF_GROUPS : OF_USERS;
  const rows = `group_members AS m ON m.connector_id = resources.connector_id AND ${own} = resources.id`;
  return withOther ? `${rows} ${join}` : rows;
}

/** What a term on memberships is compiled into. */
interface Context {
  readonly connector: string;
  readonly parameters: Parameters;
  /** Whether a term and-ed with this one finds the resource by a key of its own. */
  readonly isKeyed: boolean;
  readonly compileElement: (filter: ResolvedFilter, element: JsonSource) => string;
}

/**
 * The SQL of a term on `members` (of groups) or `groups` (of users), whose values are rows of
 * group_members and never stand in the document; undefined for a term on anything else.
 */
export function membershipCondition(filter: FilterTerm, context: Context): string | undefined {
  const term = membershipTerm(filter);
  if (term === undefined) return undefined;
  const { own, indexed, join, element } =
    filter.target.attribute === MEMBERS ? OF_GROUPS : OF_USERS;
  const rows = "FROM group_members AS m";
  const mine = `WHERE m.connector_id = ${context.connector} AND ${own} = resources.id`;
  switch (term.kind) {
    case "any":
      // Whatever part of a membership is asked for, each of them has it.
      return `EXISTS (SELECT 1 ${rows} ${mine})`;
    case "alternatives":
      return (
        term.terms.map((each) => `(${membershipCondition(each, context)})`).join(" OR ") || "0"
      );
    case "element": {
      const condition = context.compileElement(term.filter, element);
      const joins = term.readsName ? join : "";
      // Where another term finds the one resource, only its memberships are asked, not the whole list.
      if (term.lookup === undefined || context.isKeyed) {
        return `EXISTS (SELECT 1 ${rows} ${joins} ${mine} AND (${condition}))`;
      }
      const found =
        term.lookup.by === "value"
          ? `${rows} ${indexed} ${joins} WHERE m.connector_id = ${context.connector}`
          : rowsByGroupName(term.lookup, context);
      return `resources.id IN (SELECT ${own} ${found} AND (${condition}))`;
    }
  }
}

/** The memberships in the groups that are shown under a name; a long one is shown in part. */
function rowsByGroupName({ key }: MembershipLookup, { connector, parameters }: Context): string {
  const name = parameters.bind(key);
  const isCut = [...key].length >= SHOWN_NAME_CHARACTERS;
  const named = isCut
    ? `r.name_key >= ${name} AND r.name_key < ${name} || char(1114111)`
    : `r.name_key = ${name}`;
  return `FROM resources AS r CROSS JOIN group_members AS m
      ON m.connector_id = r.connector_id AND m.group_id = r.id
    WHERE r.connector_id = ${connector} AND r.type = 'Group' AND r.deleted_at IS NULL AND ${named}`;
}

/** A membership whose sub-attributes are SQL expressions. */
function elementOf(columns: Readonly<Record<string, string>>): JsonSource {
  return { text: "", isObject: true, columns };
}
