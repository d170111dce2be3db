import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { TAGS } from "../../src/http/admin/call/operation.ts";
import { PROBLEM, PROBLEMS } from "../../src/http/admin/call/schemas.ts";
import { OPERATIONS } from "../../src/http/admin/operations.ts";
import { APPLICATION_OPERATIONS } from "../../src/http/application/operations.ts";
import { SETUP_OPERATIONS } from "../../src/http/setup/operations.ts";

/** @typedef {import("../../src/http/admin/call/operation.ts").AdminOperation} AdminOperation */
/** @typedef {Readonly<Record<string, unknown>>} Json */

/** The OpenAPI 3.1 document of the admin API and of the one for applications, of the operations that their routes are made of. */
export function openapiDocument() {
  const schemas = new Components();
  const paths = {
    ...pathsOf(OPERATIONS, schemas),
    ...pathsOf(APPLICATION_OPERATIONS, schemas, APPLICATIONS),
    ...pathsOf(SETUP_OPERATIONS, schemas, SETUP),
  };
  const problem = { "application/problem+json": { schema: schemas.answered(PROBLEM) } };
  const responses = Object.fromEntries(
    Object.values(PROBLEMS)
      // No operation is asked by a method that its path does not know.
      .filter(({ title }) => title !== PROBLEMS[405]?.title)
      .map(({ title, when }) => [named(title), { description: when, content: problem }]),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "scim-edge admin API",
      version: "1",
      description:
        "Makes connectors, tokens, OAuth clients, bridges and webhooks; reads the event log and users. Below /v1 applications read the directories and the change feed. docs/admin-api.md and docs/application.md say more. Answers may get further members: ignore those that you do not know.",
      contact: { name: "The administrators of this gateway" },
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/admin/v1" }],
    security: [{ adminToken: [] }, { cloudflareAccess: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: SECURITY,
      parameters: {
        IfMatch: IF_MATCH,
        IfNoneMatch: IF_NONE_MATCH,
        IdempotencyKey: IDEMPOTENCY_KEY,
      },
      headers: { ETag: ETAG, Location: LOCATION },
      responses,
      schemas: schemas.sorted(),
    },
  };
}

const SECURITY = {
  applicationKey: {
    type: "http",
    scheme: "bearer",
    description: "A key with the role directory or feed, of a connector, a tenant, or all.",
  },
  setupSession: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-setup_session",
    description: "What POST /setup/session gave for the secret of a set-up link.",
  },
  adminToken: { type: "http", scheme: "bearer", description: "The secret ADMIN_TOKEN, or a key." },
  cloudflareAccess: {
    type: "apiKey",
    in: "header",
    name: "Cf-Access-Jwt-Assertion",
    description: "What Cloudflare Access adds, where it is set up.",
  },
};

const ETAG = { description: "The version, as a weak entity tag.", schema: { type: "string" } };
const LOCATION = { description: "The path of what was made.", schema: { type: "string" } };
const IF_MATCH = header("If-Match", "The versions on which this may be done, as ETag gave them.");
const IF_NONE_MATCH = header("If-None-Match", "The versions that the caller does not want.");

const IDEMPOTENCY_KEY = header(
  "Idempotency-Key",
  "Up to 255 visible ASCII characters. For 24 hours the same key gets the first answer again.",
);

/** The API for applications stands beside the admin API, and is called with keys of its own. */
const APPLICATIONS = { prefix: "/v1", servers: [{ url: "/" }], security: [{ applicationKey: [] }] };

/** What the holder of a set-up link may call, with the cookie that the link was exchanged for. */
const SETUP = { prefix: "/setup/v1", servers: [{ url: "/" }], security: [{ setupSession: [] }] };

/**
 * @param {Readonly<Record<string, AdminOperation>>} operations
 * @param {Components} schemas
 * @param {{ readonly prefix: string, readonly servers?: readonly Json[], readonly security?: readonly Json[] }} api
 */
function pathsOf(operations, schemas, { prefix, servers, security } = { prefix: "" }) {
  /** @type {Record<string, Record<string, Json | readonly Json[]>>} */
  const paths = {};
  for (const [name, each] of Object.entries(operations)) {
    const template = `${prefix}${each.path.replaceAll(/:(\w+)/g, "{$1}")}`;
    const method = each.method.toLowerCase();
    const asked = each.isOpen ? [] : security;
    const operation = { ...operationOf(name, each, schemas), ...(asked && { security: asked }) };
    paths[template] = { ...(servers && { servers }), ...paths[template], [method]: operation };
  }
  return paths;
}

/**
 * @param {string} operationId
 * @param {AdminOperation} each
 * @param {Components} schemas
 */
function operationOf(operationId, each, schemas) {
  const { tag, summary, query, body, isBodyOptional } = each;
  const parameters = [
    ...pathParameters(each.path),
    ...(query === undefined ? [] : queryParameters(schemas.sent(query))),
    ...(each.isMadeOnce ? [ref("parameters/IdempotencyKey")] : []),
    ...(each.isConditional ? [ref("parameters/IfMatch")] : []),
    ...(each.isConditional || each.isKnowable ? [ref("parameters/IfNoneMatch")] : []),
  ];
  return {
    operationId,
    tags: [tag],
    summary,
    description: [summary, ...notes(each)].join(" "),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: !isBodyOptional,
        content: { "application/json": { schema: schemas.sent(body) } },
      },
    }),
    responses: { ...successes(each, schemas), ...refusals(each) },
  };
}

/**
 * What a reader cannot see of the parameters and answers alone.
 *
 * @param {AdminOperation} each
 */
function notes({ role, abilities, isOpen, isBodyOptional, isTagged, isKnowable, isConditional }) {
  return [
    isOpen
      ? "It is open to everybody."
      : abilities !== undefined
        ? linkWanted(abilities)
        : `Takes a key with the role ${role}${role === "admin" ? "" : " or more"}.`,
    ...(isBodyOptional ? ["The body may be left out."] : []),
    ...(isTagged ? ["ETag is the version of what is answered."] : []),
    ...(isKnowable ? ["304 where If-None-Match names it."] : []),
    ...(isConditional ? ["412 and no change where If-Match or If-None-Match forbids it."] : []),
  ];
}

/** @param {readonly string[]} abilities */
function linkWanted(abilities) {
  if (abilities.length === 0) return "Takes the session of any set-up link.";
  return `Takes the session of a set-up link that lets ${abilities.join(" or ")}; for any other it is no call.`;
}

/**
 * @param {AdminOperation} each
 * @param {Components} schemas
 */
function successes({ answers, media, isTagged, isKnowable }, schemas) {
  const entries = Object.entries(answers).map(([status, schema]) => {
    const content =
      schema !== null
        ? { "application/json": { schema: schemas.answered(schema) } }
        : media && mapValues(media, (each) => ({ schema: schemas.answered(each) }));
    const headers = {
      ...(isTagged && { ETag: ref("headers/ETag") }),
      ...(status === "201" && { Location: ref("headers/Location") }),
    };
    return [
      status,
      {
        description: DONE[status] ?? "Done.",
        ...(Object.keys(headers).length > 0 && { headers }),
        ...(content && { content }),
      },
    ];
  });
  const known = { 304: { description: "It is at the version that If-None-Match names." } };
  return { ...Object.fromEntries(entries), ...(isKnowable && known) };
}

/** @type {Readonly<Record<string, string>>} */
const DONE = {
  200: "Done.",
  201: "Made.",
  202: "Begun; it goes on by itself.",
  204: "Done; there is nothing to say.",
};

/** @param {AdminOperation} each */
function refusals({ path, body, isMadeOnce, isConditional, isOpen, refusals: own = [] }) {
  if (isOpen) return { 400: ref(`responses/${named(PROBLEMS[400]?.title ?? "")}`) };
  const statuses = [
    400,
    401,
    403,
    ...(path.includes(":") ? [404] : []),
    ...(isConditional ? [412] : []),
    ...(body === undefined ? [] : [413, 415]),
    ...(isMadeOnce ? [409, 422] : []),
    ...own,
    429,
    500,
    503,
  ];
  return Object.fromEntries(
    statuses.map((status) => [status, ref(`responses/${named(PROBLEMS[status]?.title ?? "")}`)]),
  );
}

/** @param {string} path */
function pathParameters(path) {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

/** @param {Json} schema of a query, with its members */
function queryParameters({ properties = {}, required = [] }) {
  return Object.entries(/** @type {Record<string, Json>} */ (properties)).map(
    ([name, { description, ...schema }]) => ({
      name,
      in: "query",
      ...(description !== undefined && { description }),
      ...(isListed(name, required) && { required: true }),
      schema,
    }),
  );
}

/**
 * @param {string} name
 * @param {unknown} list
 */
function isListed(name, list) {
  return Array.isArray(list) && list.includes(name);
}

/** The schemas that have an id, each of which stands in the document once. */
class Components {
  /** @type {Map<string, Json>} */
  #found = new Map();

  /**
   * A schema of what a caller sends: what has a default may be left out.
   *
   * @param {z.ZodType} schema
   */
  sent(schema) {
    return this.#take(schema, "input");
  }

  /**
   * A schema of what is answered: what has a default is there, and more members may come one day.
   *
   * @param {z.ZodType} schema
   */
  answered(schema) {
    return this.#take(schema, "output");
  }

  sorted() {
    return Object.fromEntries([...this.#found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /**
   * @param {z.ZodType} schema
   * @param {"input" | "output"} io
   * @returns {Json}
   */
  #take(schema, io) {
    const {
      $schema: _,
      $defs = {},
      id,
      ...found
    } = z.toJSONSchema(schema, {
      io,
      unrepresentable: "any",
      override: ({ jsonSchema }) => {
        // The format says it; the regular expression for a time would be half of the document.
        if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
        if (io === "output" && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      },
    });
    for (const [name, each] of Object.entries($defs)) this.#keep(name, each);
    if (typeof id !== "string") return inDocument(found);
    this.#keep(id, found);
    return ref(`schemas/${id}`);
  }

  /**
   * @param {string} name
   * @param {Json} schema
   */
  #keep(name, { id: _, ...schema }) {
    const known = this.#found.get(name);
    const kept = inDocument(schema);
    if (known !== undefined && !isDeepStrictEqual(known, kept)) {
      throw new Error(`Two schemas have the id ${name}, or one is sent and answered unlike.`);
    }
    this.#found.set(name, kept);
  }
}

/**
 * A schema with its references led to where the document has what they name.
 *
 * @param {Json} schema
 * @returns {Json}
 */
function inDocument(schema) {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/$defs/", "#/components/schemas/"));
}

/** @param {string} place */
function ref(place) {
  return { $ref: `#/components/${place}` };
}

/**
 * @param {string} name
 * @param {string} description
 */
function header(name, description) {
  return { name, in: "header", description, schema: { type: "string" } };
}

/**
 * A title as the name of a component.
 *
 * @param {string} title
 */
function named(title) {
  return title.replaceAll(" ", "");
}

/**
 * @template From, To
 * @param {Readonly<Record<string, From>>} record
 * @param {(value: From) => To} change
 */
function mapValues(record, change) {
  return Object.fromEntries(Object.entries(record).map(([name, each]) => [name, change(each)]));
}
