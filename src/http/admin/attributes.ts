import type { Context, Hono } from "hono";
import * as z from "zod/mini";
import { parseDeclarations, type StoredDeclaration } from "#scim/schema/custom.ts";
import { DECLARATIONS_MAX, type Declaration } from "#scim/schema/declaration.ts";
import { questioned, type Redeclared, redeclare } from "#scim/schema/redeclare.ts";
import { hasBrokenText } from "#scim/text.ts";
import { changeAttributes, heldAttributes } from "#store/attributes.ts";
import type { AppEnv, Services } from "../services.ts";
import { findOr404 } from "./connectors.ts";
import { readInput } from "./input.ts";
import { Problem } from "./problem.ts";

const DECLARATION = z.strictObject({
  name: z.string().check(z.maxLength(64)),
  resourceType: z._default(z.enum(["User", "Group"]), "User"),
  type: z.enum(["string", "boolean", "decimal", "integer", "dateTime", "reference"]),
  multiValued: z._default(z.boolean(), false),
  caseExact: z.optional(z.boolean()),
  description: z.optional(
    z.string().check(
      z.maxLength(200),
      z.refine((text) => !hasBrokenText(text)),
    ),
  ),
  schema: z.optional(z.string().check(z.maxLength(200))),
});

/** The body of PUT /connectors/{id}/attributes. */
export const ATTRIBUTES = z.strictObject({
  attributes: z.array(DECLARATION).check(z.maxLength(DECLARATIONS_MAX)),
});

/** Registers the attributes that a connector declares for itself (SEMANTICS 8) in the admin API. */
export function addAttributeRoutes(admin: Hono<AppEnv>, { clock }: Services): void {
  admin.get("/connectors/:id/attributes", async (context) => {
    const { attributes } = await findOr404(context, context.req.param("id"));
    return answer(context, parseDeclarations(attributes));
  });
  admin.put("/connectors/:id/attributes", async (context) => {
    const input = await readInput(context, ATTRIBUTES);
    const { number, attributes } = await findOr404(context, context.req.param("id"));
    const wanted = input.attributes.map(declarationOf);
    const former = parseDeclarations(attributes);
    const held = await heldAttributes(context.env.DB, number, questioned(former, wanted));
    const after = declared(redeclare(former, wanted, held));
    const change = { before: attributes, after };
    if (!(await changeAttributes(context.env.DB, number, change, clock.now()))) {
      throw new Problem(409, "Somebody else changed the attributes at the same time. Try again.");
    }
    return answer(context, after);
  });
}

/** RFC 7643 §2.3.7: a reference is case exact; all else is not unless it says so. */
function declarationOf(input: z.infer<typeof DECLARATION>): Declaration {
  return { ...input, caseExact: input.caseExact ?? input.type === "reference" };
}

function declared(redeclared: Redeclared): readonly StoredDeclaration[] {
  switch (redeclared.kind) {
    case "declared":
      return redeclared.declarations;
    case "invalid":
      throw new Problem(400, redeclared.detail);
    case "inUse":
      throw new Problem(409, redeclared.detail);
  }
}

function answer(context: Context<AppEnv>, declarations: readonly StoredDeclaration[]) {
  const shown = declarations.filter(({ isRemoved }) => !isRemoved);
  return context.json({ attributes: shown.map(({ isRemoved: _, ...declaration }) => declaration) });
}
