import type { Context, Hono } from "hono";
import { sightOf } from "#http/admin/call/authorize.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import { directoryCall } from "#http/admin/directory/call.ts";
import { findResources, findUsers, type ResourcesQuery } from "#http/admin/directory/list.ts";
import { findMembers, groupText, userText } from "#http/admin/directory/read.ts";
import { idOf, refused } from "#http/admin/directory/terms.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { ListCall } from "#http/scim/call/call.ts";
import type { TypeName } from "#scim/ports.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { type Connector, connectorsFrom } from "#store/admin/connectors.ts";
import { centralDatabase } from "#store/databases.ts";
import type { AccountState } from "#store/directory/account-state.ts";
import { decodePlace, encodePlace } from "./cursor.ts";
import { APPLICATION_OPERATIONS } from "./operations.ts";
import { connectorOf, type Named, ownerOf } from "./sight.ts";

const {
  listDirectoryUsers,
  getDirectoryUser,
  listDirectoryGroups,
  getDirectoryGroup,
  listDirectoryMembers,
} = APPLICATION_OPERATIONS;

/** Registers users, groups and members as an application reads them: the documents that SCIM answers. */
export function addResourceRoutes(api: Hono<AppEnv>, services: Services): void {
  const listed = async (context: Context<AppEnv>, type: TypeName, query: ListQuery) =>
    answer(context, await refused(() => pageText(services, context, type, query)));
  const onOne = async <Query extends Named>(
    context: Context<AppEnv>,
    query: Query,
    read: (call: ListCall, query: Query) => Promise<string>,
  ) => {
    const owner = await ownerOf(context, query);
    return answer(
      context,
      await refused(() => read(directoryCall(services, context, owner), query)),
    );
  };
  addCall(api, listDirectoryUsers, (context) =>
    listed(context, USER.name, readQuery(context, listDirectoryUsers)),
  );
  addCall(api, listDirectoryGroups, (context) =>
    listed(context, GROUP.name, readQuery(context, listDirectoryGroups)),
  );
  addCall(api, getDirectoryUser, (context) =>
    onOne(context, readQuery(context, getDirectoryUser), (call, shown) =>
      userText(call, idOf(context, "userId"), shown),
    ),
  );
  addCall(api, getDirectoryGroup, (context) =>
    onOne(context, readQuery(context, getDirectoryGroup), (call, shown) =>
      groupText(call, idOf(context, "groupId"), shown),
    ),
  );
  addCall(api, listDirectoryMembers, (context) =>
    onOne(context, readQuery(context, listDirectoryMembers), (call, page) =>
      membersText(call, idOf(context, "groupId"), page),
    ),
  );
}

function answer(context: Context<AppEnv>, text: string): Response {
  return context.body(text, 200, { "Content-Type": "application/json" });
}

/** What is asked of a list: of which connectors, and from where on. */
interface ListQuery extends Named, Omit<ResourcesQuery, "cursor"> {
  readonly after?: string | undefined;
  readonly state?: "active" | "inactive" | AccountState | undefined;
}

/** A page of one connector of those that a call is about, in the order of their ids, as JSON text. */
async function pageText(
  services: Services,
  context: Context<AppEnv>,
  type: TypeName,
  { connector, tenant, after, state, ...query }: ListQuery,
): Promise<string> {
  const place = decodePlace(after);
  const one = await connectorOf(context, { connector, tenant });
  const [here, following] =
    one !== undefined
      ? [place.of(one)]
      : await connectorsFrom(centralDatabase(context.env), place.connector, {
          tenant,
          sees: sightOf(context),
        });
  if (here === undefined) return listText([], null, null);
  const call = directoryCall(services, context, here);
  const asked = { ...query, cursor: place.cursorIn(here) };
  const { texts, next } =
    type === USER.name
      ? await findUsers(call, asked, state)
      : await findResources(call, type, asked);
  return listText(texts, nextPlace(here, next, following), here.id);
}

function nextPlace(
  here: Connector,
  cursor: string | null,
  following: Connector | undefined,
): string | null {
  if (cursor !== null) return encodePlace(here, cursor);
  return following === undefined ? null : encodePlace(following, "");
}

function listText(
  texts: readonly string[],
  next: string | null,
  connector: string | null | undefined,
): string {
  const facts = JSON.stringify({ next, hasMore: next !== null, connector });
  return `{"items":[${texts.join(",")}],${facts.slice(1)}`;
}

async function membersText(
  call: ListCall,
  id: string,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<string> {
  const { items, next } = await findMembers(call, id, { cursor: after, limit });
  return `{"items":${items},"next":${JSON.stringify(next)},"hasMore":${next !== null}}`;
}
