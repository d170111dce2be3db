import type { Context, Hono } from "hono";
import { ScimError } from "#scim/error.ts";
import { matchesTag } from "#scim/etag.ts";
import { isJsonObject, type JsonValue } from "#scim/json.ts";
import type { UserChange } from "#scim/ports.ts";
import type { Projection } from "#scim/projection.ts";
import { patchUser, removeUser, replaceUser, type Written } from "#scim/provision.ts";
import { createUser } from "#scim/provision-create.ts";
import { USER } from "#scim/schema/registry.ts";
import { userById } from "#store/users.ts";
import { type Answer, emptyAnswer, versionHeaders } from "../answer.ts";
import { USER_BODY_BYTES_MAX } from "../body.ts";
import { loggedUser, type ScimCall } from "../scim-call.ts";
import type { AppEnv, Services } from "../services.ts";
import { type Operation, scimHandler } from "./handler.ts";
import { readProjection } from "./parameters.ts";
import { createdAnswer, userAnswer } from "./user-answers.ts";
import { listUsers } from "./user-list.ts";

/** Registers /Users (RFC 7644 §3.2) under a SCIM base path. */
export function addUserRoutes(app: Hono<AppEnv>, services: Services, basePath: string): void {
  const on = (intent: "read" | "write", operation: Operation) =>
    scimHandler(services, basePath, intent, operation);
  const collection = `${basePath}${USER.endpoint}`;
  const single = `${collection}/:id`;
  app.get(collection, on("read", listUsers));
  app.post(collection, on("write", postUser));
  app.get(single, on("read", getUser));
  app.put(single, on("write", putUser));
  app.patch(single, on("write", patchOneUser));
  app.delete(single, on("write", deleteUser));
}

async function postUser(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const projection = readProjection(context);
  const body = await call.readJson(USER_BODY_BYTES_MAX);
  call.resource = { resourceType: USER.name, ...namedIn(body) };
  const directory = call.users((change) =>
    createdAnswer(stateAfter(change), call.baseUrl, projection),
  );
  const { user, warnings } = await createUser(directory, body);
  call.warnings = warnings;
  return createdAnswer(user, call.baseUrl, projection);
}

async function getUser(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const projection = readProjection(context);
  const id = noteId(call, context);
  const user = await call.ask((db, scope) => userById(db, scope, id));
  if (user === undefined) throw noSuchUser();
  call.resource = loggedUser(user);
  const ifNoneMatch = context.req.header("If-None-Match");
  const isKnown = ifNoneMatch !== undefined && matchesTag(ifNoneMatch, user.version);
  return isKnown
    ? emptyAnswer(304, versionHeaders(user.version))
    : userAnswer(user, call.baseUrl, projection);
}

async function putUser(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  return changeUser(call, context, replaceUser);
}

async function patchOneUser(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  return changeUser(call, context, patchUser);
}

async function changeUser(
  call: ScimCall,
  context: Context<AppEnv>,
  change: typeof replaceUser,
): Promise<Answer> {
  const projection = readProjection(context);
  const id = noteId(call, context);
  const body = await call.readJson(USER_BODY_BYTES_MAX);
  const answerOf = showing(call, projection);
  const directory = call.users(answerOf);
  const written = await change(directory, id, body, context.req.header("If-Match"));
  return answerWritten(call, written, ({ user }) => userAnswer(user, call.baseUrl, projection));
}

async function deleteUser(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const id = noteId(call, context);
  const directory = call.users(() => emptyAnswer(204));
  const written = await removeUser(directory, id, context.req.header("If-Match"));
  return answerWritten(call, written, () => emptyAnswer(204));
}

function showing(call: ScimCall, projection: Projection): (change: UserChange) => Answer {
  return (change) => userAnswer(stateAfter(change), call.baseUrl, projection);
}

function answerWritten(
  call: ScimCall,
  written: Written | undefined,
  answerOf: (written: Written) => Answer,
): Answer {
  if (written === undefined) throw noSuchUser();
  call.resource = loggedUser(written.user);
  call.warnings = written.warnings;
  return answerOf(written);
}

function stateAfter(change: UserChange) {
  return change.kind === "erase" ? change.before : change.after;
}

/** Takes the id from the path, and notes it for the event log even if nothing is there. */
function noteId(call: ScimCall, context: Context<AppEnv>): string {
  const id = context.req.param("id") ?? "";
  call.resource = { resourceType: USER.name, resourceId: id.slice(0, ID_CHARACTERS_MAX) };
  return id;
}

/** An id of ours has 36 characters; what a client made up is logged no longer than this. */
const ID_CHARACTERS_MAX = 64;

function noSuchUser(): ScimError {
  return ScimError.status(404, "This connector has no user with that id.");
}

/** The userName of a body that is not validated yet, for the log of a refused request. */
function namedIn(body: JsonValue): { readonly userName?: string } {
  if (!isJsonObject(body)) return {};
  for (const [name, value] of Object.entries(body)) {
    if (name.toLowerCase() === "username" && typeof value === "string") return { userName: value };
  }
  return {};
}
