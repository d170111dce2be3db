import {
  and,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  lt,
  lte,
  or,
  type Placeholder,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import type { AttributeTarget } from "#scim/attribute.ts";
import type { Operand, ResolvedFilter, ResolvedOperator } from "#scim/filter/syntax/ast.ts";
import type { TypeName } from "#scim/ports.ts";
import { EMAILS_PATH } from "#store/columns.ts";
import { resources, resourceValues } from "#store/schema.ts";
import { build, literal, named } from "#store/statement.ts";
import { emailTerm, isKeyTarget, isName } from "./indexed.ts";
import { elementsOf, existsIn, FOLDED, type JsonExpression, placeOf } from "./json-path.ts";
import { membershipCondition } from "./membership.ts";
import type { FilterTerm } from "./membership-terms.ts";
import { boundValue, type Operands } from "./operands.ts";
import { columnOf } from "./target-column.ts";

/** What a compiled filter is built into. */
export interface FilterTerms {
  /** The connector's number, for lookups in other tables. */
  readonly connector: SQLWrapper;
  /** Every value is bound here. */
  readonly operands: Operands;
  /** A term of the filter that the statement has already looked up. */
  readonly drivenBy?: ResolvedFilter;
}

/**
 * Compiles a resolved filter to a condition on `resources` of one type. It means what
 * `matchesFilter` means on the same folded document; a property test holds the two together.
 */
export function compileFilter(type: TypeName, filter: ResolvedFilter, terms: FilterTerms): SQL {
  return compile(filter, { ...terms, type, element: undefined, isNegated: false, isKeyed: false });
}

interface Context extends FilterTerms {
  readonly type: TypeName;
  /** Inside a value path: the element; outside: undefined. */
  readonly element: JsonExpression | undefined;
  /** Under a `not` an absent value must count as false, never as SQL's NULL. */
  readonly isNegated: boolean;
  /** Whether a term and-ed with this one finds the resource by a key of its own. */
  readonly isKeyed: boolean;
}

function compile(filter: ResolvedFilter, context: Context): SQL {
  switch (filter.kind) {
    case "and": {
      const isKeyed = context.isKeyed || filter.filters.some(isKeyTerm);
      const inner = { ...context, isKeyed };
      return and(...filter.filters.map((term) => compile(term, inner))) ?? literal(1);
    }
    case "or":
      // No term at all is false: what the root .search makes of an attribute that a type lacks.
      return or(...filter.filters.map((term) => compile(term, context))) ?? literal(0);
    case "not":
      return sql`not (${compile(filter.filter, { ...context, isNegated: true })})`;
    case "present":
    case "some":
    case "compare": {
      if (filter === context.drivenBy && filter.kind === "compare") return literal(1);
      const membership = context.element === undefined && membershipOf(filter, context);
      if (membership) return membership;
      const condition = compileTerm(filter, context);
      return context.isNegated ? sql`(${condition}) is true` : condition;
    }
  }
}

function membershipOf(filter: FilterTerm, context: Context): SQL | undefined {
  const compileElement = (inner: ResolvedFilter, element: JsonExpression) =>
    compile(inner, { ...context, element, isNegated: false });
  return membershipCondition(filter, { ...context, compileElement });
}

/** Whether a term finds at most one resource, whatever the others say. */
function isKeyTerm(term: ResolvedFilter): boolean {
  if (term.kind !== "compare" || term.operator !== "eq") return false;
  const { target } = term;
  return isName(target) || isKeyTarget(target, "id") || isKeyTarget(target, "externalId");
}

function compileTerm(filter: FilterTerm, context: Context): SQL {
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
): SQL {
  const { operands } = context;
  const bound = operands.bind(boundValue(operand));
  if (context.element === undefined) {
    if (operator === "eq" && isKeyTarget(target, "emails")) {
      return emailLookup(bound, undefined, context);
    }
    const column = columnOf(target, context.type);
    if (column !== undefined) return test(column, operator, bound);
  }
  const { list, value } = placeOf(target, context.element ?? FOLDED);
  // The base URL is the caller's: no row holds it.
  const shown =
    operand.type === "address" ? sql`(${operands.bind(operand.base)} || ${value})` : value;
  const condition = test(shown, operator, bound);
  return list === undefined ? condition : existsIn(list, condition);
}

function test(value: SQLWrapper, operator: ResolvedOperator, bound: Placeholder): SQL {
  switch (operator) {
    case "eq":
      return eq(value, bound);
    case "gt":
      return gt(value, bound);
    case "ge":
      return gte(value, bound);
    case "lt":
      return lt(value, bound);
    case "le":
      return lte(value, bound);
    case "co":
      return sql`instr(${value}, ${bound}) > 0`;
    case "sw":
      // A range, so that an index on the column serves it; U+10FFFF sorts behind every text.
      return sql`(${value} >= ${bound} and ${value} < ${bound} || char(1114111))`;
    case "ew":
      return sql`substr(${value}, max(1, length(${value}) - length(${bound}) + 1)) = ${bound}`;
  }
}

function isPresent(target: AttributeTarget, context: Context): SQL {
  const column = context.element === undefined ? columnOf(target, context.type) : undefined;
  if (column !== undefined) return isNotNull(column);
  const { list, value } = placeOf(target, context.element ?? FOLDED);
  const condition = isNotNull(value);
  return list === undefined ? condition : existsIn(list, condition);
}

function hasElement(filter: Extract<FilterTerm, { kind: "some" }>, context: Context): SQL {
  const { list, element } = elementsOf(filter.target);
  const found = existsIn(list, compile(filter.filter, { ...context, element }));
  const email = isKeyTarget(filter.target, "emails") ? emailTerm(filter.filter) : undefined;
  if (email === undefined || filter === context.drivenBy) return found;
  const { operands } = context;
  const type = email.type === undefined ? undefined : operands.bind(email.type);
  return sql`(${emailLookup(operands.bind(email.value), type, context)} and ${found})`;
}

/** Finds users by an e-mail address through its index; Entra sends `emails[type eq "work"].value eq`. */
function emailLookup(
  value: Placeholder,
  type: Placeholder | undefined,
  { connector }: Context,
): SQL {
  const found = build
    .select(named({ id: resourceValues.resourceId }))
    .from(resourceValues)
    .where(
      and(
        eq(resourceValues.connectorId, connector),
        eq(resourceValues.path, literal(EMAILS_PATH)),
        eq(resourceValues.valueKey, value),
        type && eq(resourceValues.typeKey, type),
      ),
    );
  return inArray(resources.id, found);
}
