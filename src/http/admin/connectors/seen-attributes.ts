import type { Hono } from "hono";
import { addCall, reply } from "#http/admin/call/operation.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { parseDeclarations } from "#scim/schema/custom.ts";
import {
  type Declaration,
  type DeclaredType,
  isSameAttribute,
  problemOf,
  SUB_DECLARATIONS_MAX,
} from "#scim/schema/declaration.ts";
import { listSeen, type SeenAttribute } from "#store/admin/seen-attributes.ts";
import { databaseOf } from "#store/databases.ts";
import { findOr404 } from "./connectors.ts";
import { CONNECTOR_OPERATIONS } from "./operations.ts";

const { getSeenAttributes } = CONNECTOR_OPERATIONS;

/** Registers the list of attributes that clients sent and nobody declared in the admin API. */
export function addSeenAttributeRoutes(admin: Hono<AppEnv>, { clock }: Services): void {
  addCall(admin, getSeenAttributes, async (context) => {
    const { number, attributes } = await findOr404(context, context.req.param("id"));
    const declared = parseDeclarations(attributes).filter(({ isRemoved }) => !isRemoved);
    const seen = await listSeen(databaseOf(context.env, number), number, clock.now());
    const items = seen.filter(isWhole).flatMap((attribute) => {
      const declaration = declarationFor(attribute, partsOf(attribute, seen));
      if (declared.some((each) => isSameAttribute(each, declaration))) return [];
      const { types, lastSeenAt } = attribute;
      const problem = problemOf([...declared, declaration]);
      return [
        {
          // In the form that PUT takes, where it takes it.
          declaration,
          ...(problem !== undefined && { problem }),
          types,
          lastSeenAt: new Date(lastSeenAt).toISOString(),
        },
      ];
    });
    return reply(context, getSeenAttributes, 200, { items, nextCursor: null });
  });
}

function isWhole({ part }: SeenAttribute): boolean {
  return part === undefined;
}

function partsOf(attribute: SeenAttribute, seen: readonly SeenAttribute[]) {
  const names = ["resourceType", "schema", "name"] as const;
  const place = (each: SeenAttribute) => names.map((name) => each[name]?.toLowerCase()).join(" ");
  return seen.filter((each) => !isWhole(each) && place(each) === place(attribute));
}

/** The declaration that takes what was sent; of several types text takes the most. */
function declarationFor(seen: SeenAttribute, parts: readonly SeenAttribute[]): Declaration {
  const { resourceType, schema, name, multiValued } = seen;
  const isComplex = seen.types.includes("complex") && parts.length > 0;
  return {
    name,
    resourceType,
    type: isComplex ? "complex" : simpleTypeFor(seen),
    multiValued,
    caseExact: false,
    ...(schema !== undefined && { schema }),
    ...(isComplex && {
      subAttributes: parts.slice(0, SUB_DECLARATIONS_MAX).map((part) => ({
        name: part.part ?? "",
        type: simpleTypeFor(part),
        multiValued: part.multiValued,
        caseExact: false,
      })),
    }),
  };
}

function simpleTypeFor({ types }: SeenAttribute): DeclaredType {
  const [first] = types;
  if (types.length === 1 && first !== undefined && first !== "complex") return first;
  return types.length > 0 && types.every((each) => each === "integer" || each === "decimal")
    ? "decimal"
    : "string";
}
