import type { Context, Hono } from "hono";
import { addCall } from "#http/admin/call/operation.ts";
import { tag } from "#http/admin/call/preconditions.ts";
import type { Trail } from "#http/admin/call/trail.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { tellWebhooks } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { resourceText } from "#http/scim/list/resource-answers.ts";
import { noSuchResource, type Written } from "#scim/provision/provision.ts";
import { type RepairDirectory, restoreUser, setActive } from "#scim/provision/repair.ts";
import { EVERYTHING } from "#scim/resource/projection.ts";
import { USER } from "#scim/schema/registry.ts";
import type { Sides } from "#store/admin/audit-row.ts";
import { administratorsCall, administratorsDirectory } from "./administrator.ts";
import { DIRECTORY_OPERATIONS } from "./operations.ts";
import { idOf, refused } from "./terms.ts";

const { restoreUser: restore, deactivateUser, activateUser } = DIRECTORY_OPERATIONS;

/** Registers what an administrator can do for one user, past the provider. */
export function addRepairRoutes(admin: Hono<AppEnv>, services: Services): void {
  const on =
    (act: (directory: RepairDirectory, id: string) => Promise<Written | undefined>, sides: Sides) =>
    (context: Context<AppEnv>, trail: Trail) =>
      changed(services, context, { trail, sides }, act);
  addCall(admin, restore, on(restoreUser, {}));
  addCall(
    admin,
    deactivateUser,
    on((directory, id) => setActive(directory, id, false), {
      before: { active: true },
      after: { active: false },
    }),
  );
  addCall(
    admin,
    activateUser,
    on((directory, id) => setActive(directory, id, true), {
      before: { active: false },
      after: { active: true },
    }),
  );
}

async function changed(
  services: Services,
  context: Context<AppEnv>,
  { trail, sides }: { readonly trail: Trail; readonly sides: Sides },
  act: (directory: RepairDirectory, id: string) => Promise<Written | undefined>,
): Promise<Response> {
  const connector = await findOr404(context, context.req.param("id") ?? "");
  const id = idOf(context, "userId");
  const call = administratorsCall(services, context, connector, () =>
    // Nothing of the person is told: that is in the event, which can be masked and erased.
    trail.row({ connectorId: connector.id, id, ...sides }),
  );
  const directory = administratorsDirectory(services, context, call);
  const written = await refused(async () => {
    const done = await act(directory, id);
    if (done === undefined) throw noSuchResource(USER.name, id);
    return done;
  });
  services.cache.forgetUser(connector.number, id);
  if (written.kind === "unchanged") trail.unchanged();
  else tellWebhooks(context, connector.number);
  tag(context, written.record.version);
  const { baseUrl } = call.facts;
  const view = {
    type: () => call.types.User,
    baseUrl,
    projection: EVERYTHING,
    showsAccount: true as const,
    application: connector.settings,
  };
  const text = resourceText(written.record, view);
  return context.body(text, 200, { "Content-Type": "application/json" });
}
