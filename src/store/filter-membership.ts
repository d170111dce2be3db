import { ScimError } from "#scim/error.ts";
import type { ResolvedFilter } from "#scim/filter/ast.ts";
import { emailTerm, isKeyTarget } from "./filter-index.ts";
import type { Parameters } from "./parameters.ts";

/**
 * The SQL of a term on `members` (of groups) or `groups` (of users), whose values are rows of
 * group_members and never stand in the document; undefined for a term on anything else.
 */
export function membershipCondition(
  filter: Extract<ResolvedFilter, { kind: "present" | "some" | "compare" }>,
  context: {
    readonly connector: string;
    readonly parameters: Parameters;
    readonly isKeyed: boolean;
  },
): string | undefined {
  const { extension, attribute } = filter.target;
  if (extension !== undefined) return undefined;
  if (attribute.name !== "members" && attribute.name !== "groups") return undefined;
  const isMembers = attribute.name === "members";
  const [own, other] = isMembers ? ["group_id", "member_id"] : ["member_id", "group_id"];
  const rows = `SELECT ${own} FROM group_members WHERE connector_id = ${context.connector}`;
  // Whatever part of a membership is asked for, each of them has it.
  if (filter.kind === "present") return `EXISTS (${rows} AND ${own} = resources.id)`;
  const value = context.parameters.bind(termValue(filter, attribute.name));
  // Where another term finds the one resource, only its membership is asked, not the whole list.
  return context.isKeyed
    ? `EXISTS (${rows} AND ${own} = resources.id AND ${other} = ${value})`
    : `resources.id IN (${rows} AND ${other} = ${value})`;
}

function termValue(filter: ResolvedFilter, name: "members" | "groups"): string {
  if (filter.kind === "compare" && filter.operator === "eq" && isKeyTarget(filter.target, name)) {
    if (filter.operand.type === "text") return filter.operand.value;
  }
  const term = filter.kind === "some" ? filter.filter : undefined;
  const isValueOnly = term?.kind === "compare" && term.operator === "eq";
  const value = isValueOnly ? emailTerm(term)?.value : undefined;
  if (value !== undefined) return value;
  throw ScimError.invalidFilter(`"${name}" can be filtered by its value with eq, and by pr.`);
}
