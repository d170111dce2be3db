import type { Context, Hono } from "hono";
import { readInput } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import { expectedVersion, tag } from "#http/admin/call/preconditions.ts";
import type { Trail } from "#http/admin/call/trail.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { tellWebhooks } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { resourceText } from "#http/scim/list/resource-answers.ts";
import { type AccountChange, type AccountDirectory, setAccount } from "#scim/provision/account.ts";
import { noSuchResource } from "#scim/provision/provision.ts";
import { keyText } from "#scim/resource/key.ts";
import { EVERYTHING } from "#scim/resource/projection.ts";
import { USER } from "#scim/schema/registry.ts";
import { databaseOf } from "#store/databases.ts";
import { releaseAccount } from "#store/directory/accounts.ts";
import { resourcesByKeys } from "#store/directory/lookup.ts";
import { runQuery } from "#store/query.ts";
import { resourceById } from "#store/resources.ts";
import {
  type AdministratorsCall,
  administratorsCall,
  administratorsDirectory,
} from "./administrator.ts";
import { DIRECTORY_OPERATIONS } from "./operations.ts";
import { idOf, refused } from "./terms.ts";

const { changeUser } = DIRECTORY_OPERATIONS;

/** Registers what the application says of a user's account. */
export function addAccountRoute(admin: Hono<AppEnv>, services: Services): void {
  addCall(admin, changeUser, (context, trail) => changeAccount(services, context, trail));
}

async function changeAccount(
  services: Services,
  context: Context<AppEnv>,
  trail: Trail,
): Promise<Response> {
  const connector = await findOr404(context, context.req.param("id") ?? "");
  const id = idOf(context, "userId");
  const { accountId, registered } = await readInput(context, changeUser);
  const registeredAt = typeof registered === "string" ? Date.parse(registered) : registered;
  const db = databaseOf(context.env, connector.number);
  const call = administratorsCall(services, context, connector, () =>
    // Which account it is, the event says, which can be masked and erased.
    trail.row({ connectorId: connector.id, id, after: { registered } }),
  );
  const beside =
    typeof accountId === "string" ? [releaseAccount(db, connector.number, accountId, id)] : [];
  const directory = accountDirectory(services, context, { ...call, beside });
  const wanted: AccountChange = { accountId, registeredAt };
  const written = await refused(async () => {
    const done = await setAccount(directory, id, wanted);
    if (done === undefined) throw noSuchResource(USER.name, id);
    return done;
  });
  services.cache.forgetUser(connector.number, id);
  if (written.kind === "unchanged") trail.unchanged();
  else tellWebhooks(context, connector.number);
  tag(context, written.record.version);
  const { baseUrl } = call.facts;
  const type = () => call.types.User;
  const view = { type, baseUrl, projection: EVERYTHING, showsAccount: true as const };
  const text = resourceText(written.record, view);
  return context.body(text, 200, { "Content-Type": "application/json" });
}

/** Live users alone: the application knows nobody else. */
function accountDirectory(
  services: Services,
  context: Context<AppEnv>,
  call: AdministratorsCall,
): AccountDirectory {
  const { number } = call.connector;
  const db = databaseOf(context.env, number);
  const scope = { kind: "connector", connectorId: number } as const;
  return {
    ...administratorsDirectory(services, context, call),
    read: async (id) => {
      const user = await runQuery(db, resourceById(db, scope, USER.name, id), services.clock);
      if (user !== undefined) expectedVersion(context, user.version);
      return user;
    },
    accountHolder: async (accountId) => {
      const key = { key: "account", value: accountId } as const;
      const found = await runQuery(
        db,
        resourcesByKeys(db, scope, USER.name, [key]),
        services.clock,
      );
      return found.get(keyText(key))?.[0];
    },
  };
}
