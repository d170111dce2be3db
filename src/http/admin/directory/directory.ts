import type { Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type * as z from "zod";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { Refusal } from "#http/response/error.ts";
import type { ListCall } from "#http/scim/call/call.ts";
import { readGroup } from "#http/scim/groups.ts";
import { findList } from "#http/scim/list/answer.ts";
import { membersText } from "#http/scim/list/group-members.ts";
import { resourceText, type View } from "#http/scim/list/resource-answers.ts";
import { ScimError } from "#scim/error.ts";
import type { TypeName } from "#scim/ports.ts";
import { noSuchResource } from "#scim/provision/provision.ts";
import { parseProjection } from "#scim/resource/projection.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { memberPage } from "#store/directory/members.ts";
import { bothQueries } from "#store/query.ts";
import { resourceById } from "#store/resources.ts";
import { directoryCall } from "./call.ts";
import { DIRECTORY_OPERATIONS } from "./operations.ts";
import type { RESOURCE_QUERY } from "./schemas.ts";

const { listUsers, getUser, listGroups, getGroup, listMembers } = DIRECTORY_OPERATIONS;

/** Registers the directory as an application reads it: the documents that SCIM answers. */
export function addDirectoryRoutes(admin: Hono<AppEnv>, services: Services): void {
  const on =
    (read: (call: ListCall, context: Context<AppEnv>) => Promise<string>) =>
    async (context: Context<AppEnv>) => {
      const text = await refused(async () => read(await directoryCall(services, context), context));
      return context.body(text, 200, { "Content-Type": "application/json" });
    };
  addCall(admin, listUsers, on(listOf(USER.name)));
  addCall(admin, getUser, on(userOf));
  addCall(admin, listGroups, on(listOf(GROUP.name)));
  addCall(admin, getGroup, on(groupOf));
  addCall(admin, listMembers, on(membersOf));
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
    const { filter, cursor, limit, ...shown } = readQuery(context, listUsers);
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
  const { cursor, limit } = readQuery(context, listMembers);
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
  const { attributes, excludedAttributes } = readQuery(context, getUser);
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
