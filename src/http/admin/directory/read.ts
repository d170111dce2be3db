import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import type { ListCall } from "#http/scim/call/call.ts";
import { readGroup } from "#http/scim/groups.ts";
import { membersText } from "#http/scim/list/group-members.ts";
import { resourceText } from "#http/scim/list/resource-answers.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import { noSuchResource } from "#scim/provision/provision.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { memberPage } from "#store/directory/members.ts";
import { bothQueries } from "#store/query.ts";
import { resourceById } from "#store/resources.ts";
import { resourceView, type Shown } from "./view.ts";

/** A user as SCIM answers it; throws where there is none. */
export async function userText(call: ListCall, id: string, shown: Shown): Promise<string> {
  const view = resourceView(call, USER.name, shown);
  return resourceText(await findUser(call, id), view);
}

/** Finds a user; throws where there is none. */
export async function findUser(call: ListCall, id: string): Promise<ResourceRecord> {
  const user = await call.caller.ask((db, scope) => resourceById(db, scope, USER.name, id));
  if (user === undefined) throw noSuchResource(USER.name, id);
  return user;
}

/** A group with its members as SCIM answers it; throws where there is none. */
export async function groupText(call: ListCall, id: string, shown: Shown): Promise<string> {
  const view = resourceView(call, GROUP.name, shown);
  const { group, members } = await readGroup(call, view, id);
  if (group === undefined) throw noSuchResource(GROUP.name, id);
  return resourceText(group, view, membersText(members, call.facts.baseUrl, call.application));
}

/** Members of a group as a JSON list, and the cursor of the next page; null at the end. */
export interface MemberTexts {
  readonly items: string;
  readonly next: string | null;
}

/** Finds a page of a group's members behind a cursor; throws where there is no group. */
export async function findMembers(
  call: ListCall,
  id: string,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<MemberTexts> {
  const afterId = decodeIdCursor(cursor) ?? "";
  const [group, members] = await call.caller.ask((db, scope) =>
    bothQueries(resourceById(db, scope, GROUP.name, id), memberPage(db, scope, id, afterId, limit)),
  );
  if (group === undefined) throw noSuchResource(GROUP.name, id);
  const next = encodeCursor(members.length === limit ? members.at(-1)?.value : undefined);
  return { items: membersText(members, call.facts.baseUrl, call.application), next };
}
