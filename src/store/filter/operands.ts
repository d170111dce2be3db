import { type Placeholder, sql } from "drizzle-orm";
import type { Attribute, AttributeTarget } from "#scim/attribute.ts";
import type { Operand, ResolvedFilter } from "#scim/filter/syntax/ast.ts";
import { SHOWN_NAME_CHARACTERS } from "#store/resources.ts";
import type { Value } from "#store/statement.ts";

/** The value of an operand as D1 binds it. */
type Bound = string | number;

/**
 * The values that a filter compares with, each with a name of its own in the statement. One that is used
 * twice is bound once: D1 takes at most 100.
 */
export class Operands {
  private readonly places = new Map<Bound, Placeholder>();

  /** The place of a value in the statement. */
  bind(value: Bound): Placeholder {
    const known = this.places.get(value);
    if (known !== undefined) return known;
    const place = sql.placeholder(`operand${this.places.size}`);
    this.places.set(value, place);
    return place;
  }

  /** The values by their names, as the statement is given them. */
  given(): Readonly<Record<string, Value>> {
    return Object.fromEntries([...this.places].map(([value, { name }]) => [name, value]));
  }
}

/** The value that a comparison binds. */
export function boundValue(operand: Operand): Bound {
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

/** Whether a group's name is so long that it is shown in part. */
export function isCutName(name: string): boolean {
  return name.length >= SHOWN_NAME_CHARACTERS && [...name].length >= SHOWN_NAME_CHARACTERS;
}

/**
 * What a filter is but for the values that it compares with, which are noted: filters of one shape are one
 * statement.
 */
export function shapeOf(filter: ResolvedFilter, operands: Operands): string {
  switch (filter.kind) {
    case "and":
    case "or": {
      const terms = filter.filters.map((term) => shapeOf(term, operands));
      return `${filter.kind}(${terms.join(" ")})`;
    }
    case "not":
      return `not(${shapeOf(filter.filter, operands)})`;
    case "present":
      return `pr ${targetShape(filter.target)}`;
    case "some":
      return `${targetShape(filter.target)}[${shapeOf(filter.filter, operands)}]`;
    case "compare":
      return `${filter.operator} ${targetShape(filter.target)} ${operandShape(filter.operand, operands)}`;
  }
}

function operandShape(operand: Operand, operands: Operands): string {
  const { name } = operands.bind(boundValue(operand));
  if (operand.type === "address") return `address ${operands.bind(operand.base).name} ${name}`;
  const isCut = operand.type === "text" && isCutName(operand.value);
  return `${isCut ? "long" : operand.type} ${name}`;
}

/** The attributes are told apart as objects: those of two connectors may have one name. */
export function targetShape({ extension = "", attribute, subAttribute }: AttributeTarget): string {
  const part = subAttribute === undefined ? "" : numberOf(subAttribute);
  return `${JSON.stringify(extension)}${numberOf(attribute)}.${part}`;
}

const numbers = new WeakMap<Attribute, number>();
let numbered = 0;

function numberOf(attribute: Attribute): number {
  const known = numbers.get(attribute);
  if (known !== undefined) return known;
  numbered += 1;
  numbers.set(attribute, numbered);
  return numbered;
}
