import * as z from "zod";
import { MOMENT, pageOf } from "#http/admin/call/schemas.ts";
import { DECLARATIONS_MAX, SUB_DECLARATIONS_MAX } from "#scim/schema/declaration.ts";
import { hasBrokenText } from "#scim/text.ts";

const SIMPLE_TYPES = ["string", "boolean", "decimal", "integer", "dateTime", "reference"] as const;

const RESOURCE_TYPE = z.enum(["User", "Group"]);

const DESCRIPTION = z
  .string()
  .max(200)
  .refine((text) => !hasBrokenText(text))
  .optional();

/** What a declaration and those of its parts have in common. */
const DESCRIBED = {
  name: z.string().max(64),
  multiValued: z.boolean().default(false),
  caseExact: z
    .boolean()
    .optional()
    .describe("Whether filters tell letter case apart; true for a reference, else false."),
  description: DESCRIPTION,
};

const SUB_DECLARATION = z.strictObject({ ...DESCRIBED, type: z.enum(SIMPLE_TYPES) });

/** An attribute as an administrator declares it. */
export const DECLARATION = z.strictObject({
  ...DESCRIBED,
  resourceType: RESOURCE_TYPE.default("User"),
  type: z.enum([...SIMPLE_TYPES, "complex"]),
  subAttributes: z.array(SUB_DECLARATION).max(SUB_DECLARATIONS_MAX).optional(),
  schema: z.string().max(200).optional().describe("The URN of an extension of your own."),
});

/** The body of PUT /connectors/{id}/attributes. */
export const ATTRIBUTES = z
  .strictObject({ attributes: z.array(DECLARATION).max(DECLARATIONS_MAX) })
  .meta({
    id: "AttributesToDeclare",
    examples: [
      {
        attributes: [
          { name: "profileField_city", type: "string" },
          {
            name: "desk",
            type: "complex",
            subAttributes: [
              { name: "building", type: "string" },
              { name: "floor", type: "integer" },
            ],
          },
        ],
      },
    ],
  });

/** What is decided of a declaration and those of its parts once they are stored. */
const DECIDED = {
  name: z.string(),
  multiValued: z.boolean(),
  caseExact: z.boolean(),
  description: z.string().optional(),
};

/** An attribute as it is answered: every default is filled in. */
const DECLARED = z
  .strictObject({
    ...DECIDED,
    resourceType: RESOURCE_TYPE,
    type: z.enum([...SIMPLE_TYPES, "complex"]),
    subAttributes: z.array(z.strictObject({ ...DECIDED, type: z.enum(SIMPLE_TYPES) })).optional(),
    schema: z.string().optional(),
  })
  .meta({ id: "Attribute" });

/** The answer of GET and PUT /connectors/{id}/attributes. */
export const DECLARED_ATTRIBUTES = z
  .strictObject({
    attributes: z.array(DECLARED),
    misfits: z
      .array(
        z.strictObject({
          name: z.string(),
          schema: z.string().optional(),
          resourceType: RESOURCE_TYPE,
          count: z.int(),
          resourceIds: z.array(z.string()).describe("Ten of them at most."),
        }),
      )
      .optional()
      .describe("Attributes of which stored values do not fit their declarations."),
    isIncomplete: z
      .literal(true)
      .optional()
      .describe("There may be more misfits than one call could read: send it again."),
  })
  .meta({ id: "Attributes" });

/** The answer of GET /connectors/{id}/attributes/seen. */
export const SEEN_ATTRIBUTES = pageOf(
  "SeenAttributes",
  z
    .strictObject({
      declaration: DECLARED.describe("In the form that PUT takes."),
      problem: z.string().optional().describe("Why it cannot be declared so."),
      types: z.array(z.enum(["string", "integer", "decimal", "boolean", "complex"])),
      lastSeenAt: MOMENT,
    })
    .meta({ id: "SeenAttribute" }),
);
