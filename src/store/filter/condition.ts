import type { AttributeTarget } from "#scim/attribute.ts";
import type { Operand, ResolvedFilter, ResolvedOperator } from "#scim/filter/syntax/ast.ts";
import type { TypeName } from "#scim/ports.ts";
import { EMAILS_PATH } from "#store/columns.ts";
import type { Bound, Parameters } from "#store/parameters.ts";
import { emailTerm, isKeyTarget, isName } from "./indexed.ts";
import { elementsOf, FOLDED, type JsonSource, placeOf } from "./json-path.ts";
import { membershipCondition } from "./membership.ts";
import type { FilterTerm } from "./membership-terms.ts";
import { columnOf } from "./target-column.ts";

/** What a compiled filter is built into. */
export interface FilterTerms {
  /** The SQL of the connector's number, for lookups in other tables. */
  readonly connector: string;
  /** Every value is bound here. */
  readonly parameters: Parameters;
  /** A term of the filter that the statement has already looked up. */
  readonly drivenBy?: ResolvedFilter;
}

/**
 * Compiles a resolved filter to a SQL condition on `resources` of one type. It means what
 * `matchesFilter` means on the same folded document; a property test holds the two together.
 */
export function compileFilter(type: TypeName, filter: ResolvedFilter, terms: FilterTerms): string {
  return compile(filter, { ...terms, type, element: undefined, isNegated: false, isKeyed: false });
}

interface Context extends FilterTerms {
  readonly type: TypeName;
  /** Inside a value path: the element; outside: undefined. */
  readonly element: JsonSource | undefined;
  /** Under a `not` an absent value must count as false, never as SQL's NULL. */
  readonly isNegated: boolean;
  /** Whether a term and-ed with this one finds the resource by a key of its own. */
  readonly isKeyed: boolean;
}

function compile(filter: ResolvedFilter, context: Context): string {
  switch (filter.kind) {
    case "and": {
      const isKeyed = context.isKeyed || filter.filters.some(isKeyTerm);
      const inner = { ...context, isKeyed };
      return filter.filters.map((term) => `(${compile(term, inner)})`).join(" AND ");
    }
    case "or":
      // No term at all is false: what the root .search makes of an attribute that a type lacks.
      return filter.filters.map((term) => `(${compile(term, context)})`).join(" OR ") || "0";
    case "not":
      return `NOT (${compile(filter.filter, { ...context, isNegated: true })})`;
    case "present":
    case "some":
    case "compare": {
      if (filter === context.drivenBy && filter.kind === "compare") return "1";
      const membership = context.element === undefined && membershipOf(filter, context);
      if (membership) return membership;
      const condition = compileTerm(filter, context);
      return context.isNegated ? `(${condition}) IS TRUE` : condition;
    }
  }
}

function membershipOf(filter: FilterTerm, context: Context): string | undefined {
  const compileElement = (inner: ResolvedFilter, element: JsonSource) =>
    compile(inner, { ...context, element, isNegated: false });
  return membershipCondition(filter, { ...context, compileElement });
}

/** Whether a term finds at most one resource, whatever the others say. */
function isKeyTerm(term: ResolvedFilter): boolean {
  if (term.kind !== "compare" || term.operator !== "eq") return false;
  const { target } = term;
  return isName(target) || isKeyTarget(target, "id") || isKeyTarget(target, "externalId");
}

function compileTerm(filter: FilterTerm, context: Context): string {
  switch (filter.kind) {
    case "present":
      return isPresent(filter.target, context);
    case "some":
      return hasElement(filter, context);
    case "compare":
      return compare(filter.target, filter.operator, filter.operand, context);
  }
}

function compare(
  target: AttributeTarget,
  operator: ResolvedOperator,
  operand: Operand,
  context: Context,
): string {
  const bound = context.parameters.bind(boundValue(operand));
  if (context.element === undefined) {
    if (operator === "eq" && isKeyTarget(target, "emails")) return emailLookup(bound, "", context);
    const column = columnOf(target, context.type);
    if (column !== undefined) return test(column, operator, bound);
  }
  const { list, value } = placeOf(target, context.element ?? FOLDED);
  // The base URL is the caller's: no row holds it.
  const { parameters } = context;
  const shown =
    operand.type === "address" ? `(${parameters.bind(operand.base)} || ${value})` : value;
  const condition = test(shown, operator, bound);
  return list === undefined ? condition : `EXISTS (SELECT 1 FROM ${list} WHERE ${condition})`;
}

function test(value: string, operator: ResolvedOperator, bound: string): string {
  switch (operator) {
    case "eq":
      return `${value} = ${bound}`;
    case "gt":
      return `${value} > ${bound}`;
    case "ge":
      return `${value} >= ${bound}`;
    case "lt":
      return `${value} < ${bound}`;
    case "le":
      return `${value} <= ${bound}`;
    case "co":
      return `instr(${value}, ${bound}) > 0`;
    case "sw":
      // A range, so that an index on the column serves it; U+10FFFF sorts behind every text.
      return `${value} >= ${bound} AND ${value} < ${bound} || char(1114111)`;
    case "ew":
      return `substr(${value}, max(1, length(${value}) - length(${bound}) + 1)) = ${bound}`;
  }
}

function boundValue(operand: Operand): Bound {
  switch (operand.type) {
    case "text":
    case "address":
    case "number":
      return operand.value;
    case "boolean":
      return operand.value ? 1 : 0;
    case "instant":
      return operand.ms;
  }
}

function isPresent(target: AttributeTarget, context: Context): string {
  const column = context.element === undefined ? columnOf(target, context.type) : undefined;
  if (column !== undefined) return `${column} IS NOT NULL`;
  const { list, value } = placeOf(target, context.element ?? FOLDED);
  const condition = `${value} IS NOT NULL`;
  return list === undefined ? condition : `EXISTS (SELECT 1 FROM ${list} WHERE ${condition})`;
}

function hasElement(filter: Extract<FilterTerm, { kind: "some" }>, context: Context): string {
  const { list, element } = elementsOf(filter.target);
  const condition = compile(filter.filter, { ...context, element });
  const exists = `EXISTS (SELECT 1 FROM ${list} WHERE ${condition})`;
  const email = isKeyTarget(filter.target, "emails") ? emailTerm(filter.filter) : undefined;
  if (email === undefined || filter === context.drivenBy) return exists;
  const { parameters } = context;
  const type = email.type === undefined ? "" : ` AND type_key = ${parameters.bind(email.type)}`;
  return `${emailLookup(parameters.bind(email.value), type, context)} AND ${exists}`;
}

/** Finds users by an e-mail address through its index; Entra sends `emails[type eq "work"].value eq`. */
function emailLookup(value: string, andType: string, context: Context): string {
  return `resources.id IN (SELECT resource_id FROM resource_values WHERE connector_id = ${context.connector}
    AND path = '${EMAILS_PATH}' AND value_key = ${value}${andType})`;
}
