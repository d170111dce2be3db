import type { Context, Hono } from "hono";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { ListCall } from "#http/scim/call/call.ts";
import { readGroup } from "#http/scim/groups.ts";
import { membersText } from "#http/scim/list/group-members.ts";
import { resourceText, type View } from "#http/scim/list/resource-answers.ts";
import type { TypeName } from "#scim/ports.ts";
import { noSuchResource } from "#scim/provision/provision.ts";
import { parseProjection } from "#scim/resource/projection.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { memberPage } from "#store/directory/members.ts";
import { bothQueries } from "#store/query.ts";
import { resourceById } from "#store/resources.ts";
import { type DirectoryCall, directoryCall } from "./call.ts";
import { pageText, usersOf } from "./list.ts";
import { DIRECTORY_OPERATIONS } from "./operations.ts";
import { idOf, refused } from "./terms.ts";

const { listUsers, getUser, listGroups, getGroup, listMembers } = DIRECTORY_OPERATIONS;

/** Registers the directory as an application reads it: the documents that SCIM answers. */
export function addDirectoryRoutes(admin: Hono<AppEnv>, services: Services): void {
  const on =
    (read: (call: DirectoryCall, context: Context<AppEnv>) => Promise<string>) =>
    async (context: Context<AppEnv>) => {
      const text = await refused(async () => read(await directoryCall(services, context), context));
      return context.body(text, 200, { "Content-Type": "application/json" });
    };
  addCall(admin, listUsers, on(usersOf));
  addCall(admin, getUser, on(userOf));
  addCall(admin, listGroups, on(groupsOf));
  addCall(admin, getGroup, on(groupOf));
  addCall(admin, listMembers, on(membersOf));
}

async function groupsOf(call: ListCall, context: Context<AppEnv>): Promise<string> {
  return await pageText(call, GROUP.name, readQuery(context, listGroups));
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
