import type { Context, Hono } from "hono";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import { tag } from "#http/admin/call/preconditions.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { resourceText } from "#http/scim/list/resource-answers.ts";
import { USER } from "#scim/schema/registry.ts";
import { type DirectoryCall, directoryCall } from "./call.ts";
import { groupsOfConnector, usersOf } from "./list.ts";
import { DIRECTORY_OPERATIONS } from "./operations.ts";
import { findMembers, findUser, groupText } from "./read.ts";
import { idOf, refused } from "./terms.ts";
import { resourceView } from "./view.ts";

const { listUsers, getUser, listGroups, getGroup, listMembers } = DIRECTORY_OPERATIONS;

/** Registers a connector's users and groups as an administrator reads them: the documents that SCIM answers. */
export function addDirectoryRoutes(admin: Hono<AppEnv>, services: Services): void {
  const on =
    (read: (call: DirectoryCall, context: Context<AppEnv>) => Promise<string>) =>
    async (context: Context<AppEnv>) => {
      const connector = await findOr404(context, context.req.param("id") ?? "");
      const text = await refused(() => read(directoryCall(services, context, connector), context));
      return context.body(text, 200, { "Content-Type": "application/json" });
    };
  addCall(admin, listUsers, on(usersOf));
  addCall(
    admin,
    getUser,
    on(async (call, context) => {
      const shown = readQuery(context, getUser);
      const user = await findUser(call, idOf(context, "userId"));
      tag(context, user.version);
      return resourceText(user, resourceView(call, USER.name, shown));
    }),
  );
  addCall(admin, listGroups, on(groupsOfConnector));
  addCall(
    admin,
    getGroup,
    on((call, context) => groupText(call, idOf(context, "groupId"), readQuery(context, getGroup))),
  );
  addCall(admin, listMembers, on(membersOf));
}

async function membersOf(call: DirectoryCall, context: Context<AppEnv>): Promise<string> {
  const asked = readQuery(context, listMembers);
  const { items, next } = await findMembers(call, idOf(context, "groupId"), asked);
  return `{"items":${items},"nextCursor":${JSON.stringify(next)}}`;
}
