import type { Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { Refusal } from "#http/response/error.ts";
import type { ListCall } from "#http/scim/call/call.ts";
import { readGroup } from "#http/scim/groups.ts";
import { findList } from "#http/scim/list/answer.ts";
import { membersText } from "#http/scim/list/group-members.ts";
import { resourceText, type View } from "#http/scim/list/resource-answers.ts";
import { ScimError } from "#scim/error.ts";
import { COUNT_DEFAULT, COUNT_MAX } from "#scim/list/list.ts";
import type { TypeName } from "#scim/ports.ts";
import { noSuchResource } from "#scim/provision/provision.ts";
import { parseProjection } from "#scim/resource/projection.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { memberPage } from "#store/directory/members.ts";
import { bothQueries } from "#store/query.ts";
import { resourceById } from "#store/resources.ts";
import { directoryCall } from "./call.ts";

/** The directory is read to be copied: its pages are as long as those of SCIM (SEMANTICS 6). */
const LIMIT = z.coerce.number().int().min(1).max(COUNT_MAX).default(COUNT_DEFAULT);

const SHOWN = {
  attributes: z.string().optional(),
  excludedAttributes: z.string().optional(),
};

/** The query of GET /connectors/{id}/users and …/groups. */
export const RESOURCES_QUERY = z.strictObject({
  /** As in SCIM (RFC 7644 §3.4.2.2). */
  filter: z.string().optional(),
  cursor: z.string().default(""),
  limit: LIMIT,
  ...SHOWN,
});

/** The query of GET /connectors/{id}/users/{userId} and …/groups/{groupId}. */
export const RESOURCE_QUERY = z.strictObject(SHOWN);

/** The query of GET /connectors/{id}/groups/{groupId}/members. */
export const MEMBERS_QUERY = z.strictObject({ cursor: z.string().optional(), limit: LIMIT });

/** Registers the directory as an application reads it: the documents that SCIM answers. */
export function addDirectoryRoutes(admin: Hono<AppEnv>, services: Services): void {
  const on =
    (read: (call: ListCall, context: Context<AppEnv>) => Promise<string>) =>
    async (context: Context<AppEnv>) => {
      const text = await refused(async () => read(await directoryCall(services, context), context));
      return context.body(text, 200, { "Content-Type": "application/json" });
    };
  admin.get("/connectors/:id/users", on(listOf(USER.name)));
  admin.get("/connectors/:id/users/:userId", on(userOf));
  admin.get("/connectors/:id/groups", on(listOf(GROUP.name)));
  admin.get("/connectors/:id/groups/:groupId", on(groupOf));
  admin.get("/connectors/:id/groups/:groupId/members", on(membersOf));
}

/** Refuses in the admin API's words what a SCIM call would refuse, such as a broken filter. */
async function refused<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Refusal) {
      const { status, detail } = error.error;
      throw new Problem(status as ContentfulStatusCode, detail, error.headers);
    }
    if (!(error instanceof ScimError)) throw error;
    // Each ScimError is made with the status of an error, which may have content.
    throw new Problem(error.status as ContentfulStatusCode, error.detail);
  }
}

function listOf(type: TypeName) {
  return async (call: ListCall, context: Context<AppEnv>): Promise<string> => {
    const { filter, cursor, limit, ...shown } = readQuery(context, RESOURCES_QUERY);
    const { texts, nextCursor } = await findList(call, {
      types: [type],
      parameters: {
        startIndex: 1,
        cursor,
        count: limit,
        sortOrder: "ascending",
        ...(filter?.trim() && { filter }),
        ...namedIn(shown),
      },
    });
    return `{"items":[${texts.join(",")}],"nextCursor":${JSON.stringify(nextCursor ?? null)}}`;
  };
}

async function userOf(call: ListCall, context: Context<AppEnv>): Promise<string> {
  const view = viewOf(call, context, USER.name);
  const id = idOf(context, "userId");
  const user = await call.caller.ask((db, scope) => resourceById(db, scope, USER.name, id));
  if (user === undefined) throw noSuchResource(USER.name, id);
  return resourceText(user, view);
}

async function groupOf(call: ListCall, context: Context<AppEnv>): Promise<string> {
  const view = viewOf(call, context, GROUP.name);
  const id = idOf(context, "groupId");
  const { group, members } = await readGroup(call, view, id);
  if (group === undefined) throw noSuchResource(GROUP.name, id);
  return resourceText(group, view, membersText(members, call.facts.baseUrl));
}

async function membersOf(call: ListCall, context: Context<AppEnv>): Promise<string> {
  const { cursor, limit } = readQuery(context, MEMBERS_QUERY);
  const afterId = decodeIdCursor(cursor) ?? "";
  const id = idOf(context, "groupId");
  const [group, members] = await call.caller.ask((db, scope) =>
    bothQueries(resourceById(db, scope, GROUP.name, id), memberPage(db, scope, id, afterId, limit)),
  );
  if (group === undefined) throw noSuchResource(GROUP.name, id);
  const nextCursor = encodeCursor(members.length === limit ? members.at(-1)?.value : undefined);
  const items = membersText(members, call.facts.baseUrl);
  return `{"items":${items},"nextCursor":${JSON.stringify(nextCursor)}}`;
}

function viewOf(call: ListCall, context: Context<AppEnv>, type: TypeName): View {
  const { attributes, excludedAttributes } = readQuery(context, RESOURCE_QUERY);
  const projection = parseProjection(attributes, excludedAttributes);
  return { type: () => call.caller.types[type], baseUrl: call.facts.baseUrl, projection };
}

/** Ids are written in lower case, and read in any. */
function idOf(context: Context<AppEnv>, name: string): string {
  return (context.req.param(name) ?? "").toLowerCase();
}

/** The members that are there: a ListParameters has no undefined ones. */
function namedIn({ attributes, excludedAttributes }: z.infer<typeof RESOURCE_QUERY>) {
  return {
    ...(attributes !== undefined && { attributes }),
    ...(excludedAttributes !== undefined && { excludedAttributes }),
  };
}
