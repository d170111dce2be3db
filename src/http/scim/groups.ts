import type { Context, Hono } from "hono";
import { GROUP_BODY_BYTES_MAX } from "#http/request/body.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { type Answer, emptyAnswer, versionHeaders } from "#http/response/answer.ts";
import {
  isKnownVersion,
  type ListCall,
  noteId,
  noteWritten,
  queryReader,
  readNamedBody,
  readProjection,
  type ScimCall,
} from "#http/scim/call/call.ts";
import { directoryOf } from "#http/scim/call/directory.ts";
import { membersOf } from "#http/scim/call/members.ts";
import { answerList } from "#http/scim/list/answer.ts";
import {
  membersText,
  restOfMembers,
  type ShownMember,
  showsMembers,
} from "#http/scim/list/group-members.ts";
import { createdAnswer, resourceAnswer, type View } from "#http/scim/list/resource-answers.ts";
import { parseListParameters } from "#scim/list/list.ts";
import type { NamedMember, ResourceRecord } from "#scim/ports.ts";
import {
  createGroup,
  type GroupDirectory,
  patchGroup,
  replaceGroup,
} from "#scim/provision/group.ts";
import { noSuchResource, removeResource } from "#scim/provision/provision.ts";
import { isEverything } from "#scim/resource/projection.ts";
import { GROUP } from "#scim/schema/registry.ts";
import { type GroupMember, memberPage } from "#store/directory/members.ts";
import { bothQueries } from "#store/query.ts";
import { resourceById } from "#store/resources.ts";
import { type ScimOperation, scimHandler } from "./handler.ts";

/** Registers /Groups (RFC 7644 §3.2) under a SCIM base path. */
export function addGroupRoutes(app: Hono<AppEnv>, services: Services, basePath: string): void {
  const on = (intent: "read" | "write", operation: ScimOperation) =>
    scimHandler(services, basePath, intent, operation);
  const collection = `${basePath}${GROUP.endpoint}`;
  const single = `${collection}/:id`;
  app.get(collection, on("read", listGroups));
  app.post(collection, on("write", postGroup));
  app.get(single, on("read", getGroup));
  app.put(single, on("write", putGroup));
  app.patch(single, on("write", patchOneGroup));
  app.delete(single, on("write", deleteGroup));
}

async function listGroups(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const parameters = parseListParameters(queryReader(context));
  return await answerList(call, { types: [GROUP.name], parameters });
}

async function getGroup(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const view = viewOf(call, context);
  const id = noteId(call, context, GROUP);
  const { group, members } = await readGroup(call, view, id);
  if (group === undefined) throw noSuchResource(GROUP.name, id);
  call.log.aboutRecord(group);
  if (isKnownVersion(context, group)) return emptyAnswer(304, versionHeaders(group.version));
  return resourceAnswer(group, view, membersText(members, call.facts.baseUrl));
}

async function postGroup(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const view = viewOf(call, context);
  const body = await readNamedBody(call, GROUP, GROUP_BODY_BYTES_MAX);
  let answer: Answer | undefined;
  const directory = groupDirectory(call, (record, named) => {
    answer = createdAnswer(record, view, membersText(named, call.facts.baseUrl));
    return answer;
  });
  const written = await createGroup(directory, body);
  return noteWritten(call, GROUP, written) && (answer ?? createdAnswer(written.record, view));
}

async function putGroup(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const view = viewOf(call, context);
  const id = noteId(call, context, GROUP);
  const body = await readNamedBody(call, GROUP, GROUP_BODY_BYTES_MAX);
  const show = (record: ResourceRecord, named: readonly ShownMember[]) =>
    resourceAnswer(record, view, membersText(named, call.facts.baseUrl));
  const directory = groupDirectory(call, show);
  const written = await replaceGroup(directory, id, body, context.req.header("If-Match"));
  const { record, named } = noteWritten(call, GROUP, written);
  return show(record, shownOf(named));
}

/** 204 unless attributes are asked for: Entra advises against an answer with all members. */
async function patchOneGroup(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const view = viewOf(call, context);
  const id = noteId(call, context, GROUP);
  const body = await readNamedBody(call, GROUP, GROUP_BODY_BYTES_MAX);
  const isSilent = isEverything(view.projection);
  const show = (record: ResourceRecord, named: readonly ShownMember[]) =>
    isSilent
      ? emptyAnswer(204, versionHeaders(record.version))
      : resourceAnswer(record, view, membersText(named, call.facts.baseUrl));
  const directory = groupDirectory(call, show);
  const written = await patchGroup(directory, id, body, context.req.header("If-Match"));
  const { record, named, isWhole } = noteWritten(call, GROUP, written);
  if (isSilent || isWhole || !showsMembers(view)) return show(record, shownOf(named));
  const { group, members } = await readGroup(call, view, id);
  return resourceAnswer(group ?? record, view, membersText(members, call.facts.baseUrl));
}

async function deleteGroup(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const id = noteId(call, context, GROUP);
  const directory = directoryOf(call, GROUP, () => emptyAnswer(204));
  const removed = await removeResource(directory, id, context.req.header("If-Match"));
  noteWritten(call, GROUP, removed);
  return emptyAnswer(204);
}

/** Reads a group and, where the view shows them, all of its members; the first page comes along with it. */
export async function readGroup(call: ListCall, view: View, id: string) {
  if (!showsMembers(view)) {
    const group = await call.caller.ask((db, scope) => resourceById(db, scope, GROUP.name, id));
    return { group, members: [] };
  }
  const [group, firstPage] = await call.caller.ask((db, scope) =>
    bothQueries(resourceById(db, scope, GROUP.name, id), memberPage(db, scope, id, "")),
  );
  const members: readonly GroupMember[] =
    group === undefined ? [] : await restOfMembers(call, id, firstPage);
  return { group, members };
}

/** The caller's groups; `answerTo` renders the answer from the group and the members it was given. */
function groupDirectory(
  call: ScimCall,
  answerTo: (record: ResourceRecord, named: readonly ShownMember[]) => Answer,
): GroupDirectory {
  let named: readonly NamedMember[] = [];
  const members = membersOf(call);
  return {
    ...directoryOf(call, GROUP, ({ after }) => answerTo(after, shownOf(named))),
    ...members,
    readGroup: async (...asked) => {
      const found = await members.readGroup(...asked);
      named = found.named;
      return found;
    },
  };
}

/** The named members that are members once the write is done, in the order in which a GET shows them. */
function shownOf(named: readonly NamedMember[]): readonly ShownMember[] {
  const shown = new Map(named.flatMap(shownMember).map((member) => [member.value, member]));
  return [...shown.values()].sort((a, b) => (a.value < b.value ? -1 : 1));
}

function shownMember({ type, memberId, display }: NamedMember): readonly ShownMember[] {
  if (type === undefined || memberId === undefined) return [];
  return [{ value: memberId, type, display: display ?? null }];
}

function viewOf(call: ScimCall, context: Context<AppEnv>): View {
  const projection = readProjection(context);
  return { type: () => call.caller.types.Group, baseUrl: call.facts.baseUrl, projection };
}
