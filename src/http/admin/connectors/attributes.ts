import type { Context, Hono } from "hono";
import type * as z from "zod";
import { readInput } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { expectedVersion, isKnown, tag } from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { parseDeclarations, resourceTypesOf, type StoredDeclaration } from "#scim/schema/custom.ts";
import type { Declaration } from "#scim/schema/declaration.ts";
import { questioned, type Redeclared, redeclare } from "#scim/schema/redeclare.ts";
import { changeAttributes, heldAttributes } from "#store/admin/attributes.ts";
import type { Connector } from "#store/admin/connectors.ts";
import { type ReadKept, readKept } from "#store/admin/kept-values.ts";
import { databaseOf } from "#store/databases.ts";
import type { DECLARATION } from "./attribute-schemas.ts";
import { findOr404 } from "./connectors.ts";
import { CONNECTOR_OPERATIONS } from "./operations.ts";

const { getAttributes, putAttributes } = CONNECTOR_OPERATIONS;

/** How often a list is put anew on what somebody else has put at the same moment. */
const TRIES_MAX = 5;

/** Registers the attributes that a connector declares for itself in the admin API. */
export function addAttributeRoutes(admin: Hono<AppEnv>, { clock }: Services): void {
  addCall(admin, getAttributes, async (context) => {
    const { attributes, attributesVersion } = await findOr404(context, context.req.param("id"));
    if (isKnown(context, attributesVersion)) return context.body(null, 304);
    return answer(context, parseDeclarations(attributes));
  });
  addCall(admin, putAttributes, async (context, trail) => {
    const input = await readInput(context, putAttributes);
    const wanted = input.attributes.map(declarationOf);
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const seen = await findOr404(context, context.req.param("id"));
      // A caller who names a version finds another one at the next try, and is told so.
      expectedVersion(context, seen.attributesVersion);
      const { declarations: after, released } = await declaredAfter(context, seen, wanted);
      const changed = await changeAttributes(
        databaseOf(context.env, seen.number),
        seen.number,
        { seen, after, released },
        { now: clock.now(), audit: trail.row({ connectorId: seen.id, ...sidesOf(seen, after) }) },
      );
      if (changed !== undefined) {
        tag(context, changed.version);
        const types = resourceTypesOf(JSON.stringify(after), seen.settings);
        const kept = await readKept(databaseOf(context.env, seen.number), seen.number, types, {
          declarations: wanted,
          hasUnread: changed.hasUnread,
        });
        return answer(context, after, kept);
      }
    }
    throw new Problem(409, "Others change the attributes at the same time. Try again later.");
  });
}

/** The declarations that bind before and after, by where they stand. */
function sidesOf(
  { attributes }: Pick<Connector, "attributes">,
  after: readonly StoredDeclaration[],
) {
  const told = (declarations: readonly StoredDeclaration[]) => ({
    attributes: shown(declarations).map(({ resourceType, schema, name, type, multiValued }) =>
      [resourceType, schema, name, multiValued ? `${type} list` : type].filter(Boolean).join(" "),
    ),
  });
  return { before: told(parseDeclarations(attributes)), after: told(after) };
}

/** The declarations that a connector has once the wanted ones are put on those it has. */
async function declaredAfter(
  context: Context<AppEnv>,
  { number, attributes }: Pick<Connector, "number" | "attributes">,
  wanted: readonly Declaration[],
): Promise<Declared> {
  const former = parseDeclarations(attributes);
  const held = await heldAttributes(
    databaseOf(context.env, number),
    number,
    questioned(former, wanted),
  );
  return declared(redeclare(former, wanted, held));
}

/** RFC 7643 §2.3.7: a reference is case exact; all else is not unless it says so. */
function declarationOf(input: z.infer<typeof DECLARATION>): Declaration {
  const { subAttributes, ...declaration } = input;
  return {
    ...withCaseExact(declaration),
    ...(subAttributes && { subAttributes: subAttributes.map(withCaseExact) }),
  };
}

function withCaseExact<
  T extends { readonly type: string; readonly caseExact?: boolean | undefined },
>(input: T) {
  return { ...input, caseExact: input.caseExact ?? input.type === "reference" };
}

type Declared = Extract<Redeclared, { kind: "declared" }>;

function declared(redeclared: Redeclared): Declared {
  switch (redeclared.kind) {
    case "declared":
      return redeclared;
    case "invalid":
      throw new Problem("invalidBody", redeclared.detail);
    case "inUse":
      throw new Problem(409, redeclared.detail);
  }
}

function shown(declarations: readonly StoredDeclaration[]): readonly StoredDeclaration[] {
  return declarations.filter(({ isRemoved }) => !isRemoved);
}

function answer(
  context: Context<AppEnv>,
  declarations: readonly StoredDeclaration[],
  kept: ReadKept = { misfits: [], isIncomplete: false },
) {
  return reply(context, putAttributes, 200, {
    attributes: shown(declarations).map(({ isRemoved: _, ...declaration }) => declaration),
    ...(kept.misfits.length > 0 && { misfits: kept.misfits }),
    ...(kept.isIncomplete && { isIncomplete: true }),
  });
}
