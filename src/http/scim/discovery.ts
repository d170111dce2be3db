import type { Context, Hono } from "hono";
import type { AppEnv, Services } from "#http/request/services.ts";
import { type Answer, jsonAnswer, toResponse } from "#http/response/answer.ts";
import { answerTo } from "#http/response/error.ts";
import { queryReader } from "#http/scim/call/call.ts";
import type { ResourceType } from "#scim/attribute.ts";
import {
  findResourceType,
  findSchemaDocument,
  resourceTypes,
  schemaDocuments,
  serviceProviderConfig,
} from "#scim/discovery.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonObject } from "#scim/json.ts";
import { listResponse } from "#scim/list/list.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { type ConnectorSettings, DEFAULT_SETTINGS } from "#scim/settings.ts";
import { scimBaseUrl, scimHandler } from "./handler.ts";

/** Who asks for a discovery document, and where: without a token, with the defaults of a connector. */
interface Asked {
  readonly baseUrl: string;
  readonly types: readonly ResourceType[];
  readonly settings: ConnectorSettings;
}

/** From these and the id in the path to a discovery document; undefined when there is none. */
type Document = (asked: Asked, id: string) => JsonObject | undefined;

const TYPES = [USER, GROUP];

const DOCUMENTS: readonly (readonly [path: string, document: Document])[] = [
  [
    "/ServiceProviderConfig",
    ({ baseUrl, settings }) => serviceProviderConfig({ ...settings, baseUrl }),
  ],
  ["/ResourceTypes", ({ baseUrl, types }) => listOf(resourceTypes(baseUrl, types))],
  ["/ResourceTypes/:id", ({ baseUrl, types }, id) => findResourceType(baseUrl, types, id)],
  ["/Schemas", ({ baseUrl, types }) => listOf(schemaDocuments(baseUrl, types))],
  ["/Schemas/:id", ({ baseUrl, types }, id) => findSchemaDocument(baseUrl, types, id)],
];

/**
 * Registers the discovery endpoints (RFC 7644 §4). They answer without a token, since clients ask
 * before they have one; with a token they are a request of its connector like any other.
 */
export function addDiscoveryRoutes(app: Hono<AppEnv>, services: Services, basePath: string): void {
  for (const [path, document] of DOCUMENTS) {
    const known = scimHandler(services, basePath, "read", async (call, context) => {
      const { caller, facts } = call;
      const settings = await caller.settings();
      const types = [caller.types.User, caller.types.Group];
      return answer(context, { baseUrl: facts.baseUrl, types, settings }, document);
    });
    const anonymous = async (context: Context<AppEnv>) => {
      const baseUrl = scimBaseUrl(services, context.req.raw.url, basePath);
      const asked = { baseUrl, types: TYPES, settings: DEFAULT_SETTINGS };
      return toResponse(answered(() => answer(context, asked, document)));
    };
    app.get(`${basePath}${path}`, (context) =>
      (context.req.header("Authorization") === undefined ? anonymous : known)(context),
    );
  }
}

function answer(context: Context<AppEnv>, asked: Asked, document: Document): Answer {
  if (queryReader(context)("filter").length > 0) {
    // RFC 7644 §4: a filter on discovery SHALL be refused with 403.
    throw ScimError.status(403, "Discovery documents cannot be filtered; leave the filter out.");
  }
  const found = document(asked, context.req.param("id") ?? "");
  if (found === undefined) throw ScimError.status(404, "There is no such schema or resource type.");
  return jsonAnswer(200, found);
}

function answered(run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    return answerTo(error);
  }
}

function listOf(resources: readonly JsonObject[]): JsonObject {
  return listResponse({ totalResults: resources.length, startIndex: 1, resources });
}
