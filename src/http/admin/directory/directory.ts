import type { Context, Hono } from "hono";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import { tag } from "#http/admin/call/preconditions.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { ListCall } from "#http/scim/call/call.ts";
import { resourceText, type View } from "#http/scim/list/resource-answers.ts";
import type { ResourceRecord, TypeName } from "#scim/ports.ts";
import { noSuchResource } from "#scim/provision/provision.ts";
import { parseProjection } from "#scim/resource/projection.ts";
import { USER } from "#scim/schema/registry.ts";
import { resourceById } from "#store/resources.ts";
import { type DirectoryCall, directoryCall } from "./call.ts";
import { type ResourcesQuery, usersOf } from "./list.ts";
import { DIRECTORY_OPERATIONS } from "./operations.ts";
import { idOf, refused } from "./terms.ts";

const { listUsers, getUser } = DIRECTORY_OPERATIONS;

/** Registers the users of a connector as an administrator reads them: the documents that SCIM answers. */
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
}

/** A user as it is answered; throws where there is none. */
export async function userText(call: ListCall, id: string, shown: Shown): Promise<string> {
  const view = resourceView(call, USER.name, shown);
  return resourceText(await findUser(call, id), view);
}

async function findUser(call: ListCall, id: string): Promise<ResourceRecord> {
  const user = await call.caller.ask((db, scope) => resourceById(db, scope, USER.name, id));
  if (user === undefined) throw noSuchResource(USER.name, id);
  return user;
}

/** Which attributes a call wants to see. */
export type Shown = Pick<ResourcesQuery, "attributes" | "excludedAttributes">;

/** How a resource is shown to whoever asked for some of its attributes. */
export function resourceView(
  call: ListCall,
  type: TypeName,
  { attributes, excludedAttributes }: Shown,
): View {
  const projection = parseProjection(attributes, excludedAttributes);
  return {
    type: () => call.caller.types[type],
    baseUrl: call.facts.baseUrl,
    projection,
    showsAccount: call.showsAccounts,
    application: call.application,
  };
}
