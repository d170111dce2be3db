import type { Context, Hono } from "hono";
import { USER_BODY_BYTES_MAX } from "#http/request/body.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { type Answer, emptyAnswer, versionHeaders } from "#http/response/answer.ts";
import {
  isKnownVersion,
  noteId,
  noteWritten,
  queryReader,
  readNamedBody,
  readProjection,
  type ScimCall,
} from "#http/scim/call/call.ts";
import { noteFound, optimisticDirectory } from "#http/scim/call/directory.ts";
import { answerList } from "#http/scim/list/answer.ts";
import { createdAnswer, resourceAnswer, type View } from "#http/scim/list/resource-answers.ts";
import { parseListParameters } from "#scim/list/list.ts";
import { createUser } from "#scim/provision/create.ts";
import {
  noSuchResource,
  patchUser,
  removeResource,
  replaceUser,
} from "#scim/provision/provision.ts";
import { USER } from "#scim/schema/registry.ts";
import { resourceById } from "#store/resources.ts";
import { type ScimOperation, scimHandler } from "./handler.ts";

/** Registers /Users (RFC 7644 §3.2) under a SCIM base path. */
export function addUserRoutes(app: Hono<AppEnv>, services: Services, basePath: string): void {
  const on = (intent: "read" | "write", operation: ScimOperation) =>
    scimHandler(services, basePath, intent, operation);
  const collection = `${basePath}${USER.endpoint}`;
  const single = `${collection}/:id`;
  app.get(collection, on("read", listUsers));
  app.post(collection, on("write", postUser));
  app.get(single, on("read", getUser));
  app.put(
    single,
    on("write", (call, context) => changeUser(call, context, replaceUser)),
  );
  app.patch(
    single,
    on("write", (call, context) => changeUser(call, context, patchUser)),
  );
  app.delete(single, on("write", deleteUser));
}

async function listUsers(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const parameters = parseListParameters(queryReader(context));
  return await answerList(call, { types: [USER.name], parameters });
}

async function postUser(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const view = viewOf(call, context);
  const body = await readNamedBody(call, USER, USER_BODY_BYTES_MAX);
  const directory = optimisticDirectory(call, ({ after }) => createdAnswer(after, view));
  const { record, warnings } = await createUser(directory, body);
  call.log.letPass(warnings);
  return createdAnswer(record, view);
}

async function getUser(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const view = viewOf(call, context);
  const id = noteId(call, context, USER);
  const user = await call.caller.ask((db, scope) => resourceById(db, scope, USER.name, id));
  if (user === undefined) throw noSuchResource(USER.name, id);
  noteFound(call, user);
  return isKnownVersion(context, user)
    ? emptyAnswer(304, versionHeaders(user.version))
    : resourceAnswer(user, view);
}

async function changeUser(
  call: ScimCall,
  context: Context<AppEnv>,
  change: typeof replaceUser,
): Promise<Answer> {
  const view = viewOf(call, context);
  const id = noteId(call, context, USER);
  const body = await readNamedBody(call, USER, USER_BODY_BYTES_MAX);
  const directory = optimisticDirectory(call, ({ after }) => resourceAnswer(after, view));
  const written = await change(directory, id, body, context.req.header("If-Match"));
  return resourceAnswer(noteWritten(call, USER, written).record, view);
}

async function deleteUser(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const id = noteId(call, context, USER);
  const directory = optimisticDirectory(call, () => emptyAnswer(204));
  const removed = await removeResource(directory, id, context.req.header("If-Match"));
  noteWritten(call, USER, removed);
  return emptyAnswer(204);
}

function viewOf(call: ScimCall, context: Context<AppEnv>): View {
  const projection = readProjection(context);
  return { type: () => call.caller.types.User, baseUrl: call.facts.baseUrl, projection };
}
