import * as z from "zod";
import { OPERATIONS } from "./admin-operations.js";

/** @typedef {import("./admin-operations.js").Operation} Operation */

/** The OpenAPI 3.1 document of the admin API. */
export function openapiDocument() {
  return {
    openapi: "3.1.0",
    info: { title: "scim-edge admin API", version: "1" },
    servers: [{ url: "/admin/v1" }],
    security: [{ bearer: [] }],
    paths: paths(),
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      responses: { problem: content("A problem (RFC 9457).", "application/problem+json", PROBLEM) },
    },
  };
}

const PROBLEM = {
  type: "object",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
  },
  required: ["type", "title", "status", "detail"],
};

function paths() {
  /** @type {Record<string, Record<string, object>>} */
  const found = {};
  for (const each of OPERATIONS) {
    const [method = "", path = ""] = each.route.split(" ");
    const template = path.replaceAll(/:(\w+)/g, "{$1}");
    found[template] = { ...found[template], [method.toLowerCase()]: operation(each, path) };
  }
  return found;
}

/**
 * @param {Operation} each
 * @param {string} path
 */
function operation(each, path) {
  const { id, summary, status, query, body, isBodyOptional, type } = each;
  const parameters = [
    ...pathParameters(path),
    ...(query === undefined ? [] : queryOf(query)),
    ...(each.isConditional ? [IF_MATCH] : []),
    ...(each.isConditional || each.isKnowable ? [IF_NONE_MATCH] : []),
  ];
  const done = status === 204 ? { description: "Done." } : content("Done.", type);
  const json = body && { "application/json": { schema: schemaOf(body) } };
  return {
    operationId: id,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(json && { requestBody: { required: !isBodyOptional, content: json } }),
    responses: {
      [status]: { ...done, ...(each.isTagged && { headers: { ETag: ETAG } }) },
      ...(each.isKnowable && { 304: { description: "It is what If-None-Match names." } }),
      ...(each.isConditional && { 412: { $ref: "#/components/responses/problem" } }),
      default: { $ref: "#/components/responses/problem" },
    },
  };
}

const ETAG = { description: "The version, as a weak entity tag.", schema: { type: "string" } };
const IF_MATCH = header("If-Match", "The versions on which this may be done, as ETag gave them.");
const IF_NONE_MATCH = header("If-None-Match", "The versions that the caller does not want.");

/**
 * @param {string} name
 * @param {string} description
 */
function header(name, description) {
  return { name, in: "header", description, schema: { type: "string" } };
}

/** @param {string} path */
function pathParameters(path) {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

/** @param {import("zod").ZodType} query */
function queryOf(query) {
  const { properties = {} } = schemaOf(query);
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", schema }));
}

/** @param {import("zod").ZodType} schema */
function schemaOf(schema) {
  const { $schema: _, ...found } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      // The format says it; the regular expression for a time would be half of the document.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return found;
}

/**
 * @param {string} description
 * @param {string} [type]
 * @param {object} [schema]
 */
function content(description, type = "application/json", schema = {}) {
  return { description, content: { [type]: { schema } } };
}
