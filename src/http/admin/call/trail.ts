import type { Context } from "hono";
import { v7 as uuidv7 } from "uuid";
import { foldAscii } from "#http/access-config.ts";
import type { Actor } from "#http/request/actor.ts";
import { clientIp } from "#http/request/client-ip.ts";
import type { AppEnv } from "#http/request/services.ts";
import { beginAudit, endAudit, type Outcome, withdrawAudit } from "#store/admin/audit.ts";
import { type AuditRow, auditRow, type Sides } from "#store/admin/audit-row.ts";
import type { Database } from "#store/database.ts";
import { actorOf } from "./actor.ts";
import { isRefusal } from "./problem.ts";

/** What a call changes, as the trail of administrators' actions tells it. */
export interface Audited {
  /** The kind of thing. */
  readonly subject:
    | "connector"
    | "attributes"
    | "token"
    | "client"
    | "bridge"
    | "run"
    | "held"
    | "webhook"
    | "key"
    | "session"
    | "setupLink"
    | "user"
    | "import";
}

/** What a call did, beside what its operation and its path say of it. */
export interface Told extends Sides {
  /** The public id of the connector that it is about, if it is about one. */
  readonly connectorId?: string | undefined;
  /** The id of the thing, of which the connector has several. */
  readonly id?: string | undefined;
}

/** How the handler of a call that changes something has its row written into the trail. */
export interface Trail {
  /** The row of a change that is one batch of D1, to be stored in that batch. */
  readonly row: (told: Told) => AuditRow;
  /** Stores the row of a change that no batch of ours makes, before it is made; what became of it is noted after. */
  readonly begin: (db: Database, told: Told) => Promise<void>;
  /** Gives the id of what the call made, once it is known. */
  readonly made: (id: string) => void;
  /** Says that all is as the call wants it: nothing was changed, and there is no row. */
  readonly unchanged: () => void;
}

/** The trail of a call that changes nothing. */
export const NO_TRAIL: Trail = {
  row: refuseToTell,
  begin: refuseToTell,
  made: refuseToTell,
  unchanged: refuseToTell,
};

function refuseToTell(): never {
  throw new Error("The operation does not say what it changes.");
}

/**
 * Runs a call that changes something. Its row says so or, where it was begun, gets its outcome: a refused call
 * leaves none. Throws where a call succeeds of which nothing was told.
 */
export async function withTrail(
  context: Context<AppEnv>,
  { name, subject }: Audited & { readonly name: string },
  handle: (trail: Trail) => Response | Promise<Response>,
): Promise<Response> {
  let isTold = false;
  let begun: { readonly db: Database; readonly id: string } | undefined;
  let made: string | undefined;
  const row = (told: Told) => {
    isTold = true;
    return rowOf(context, { name, subject }, told);
  };
  const trail: Trail = {
    row,
    begin: async (db, told) => {
      const begunRow = row(told);
      await beginAudit(db, begunRow);
      begun = { db, id: begunRow.id };
    },
    made: (id) => {
      made = id;
    },
    unchanged: () => {
      isTold = true;
    },
  };
  const end = async (outcome: Outcome | "refused") => {
    if (begun === undefined) return;
    const { db, id } = begun;
    await orLogged(() =>
      outcome === "refused"
        ? withdrawAudit(db, id)
        : endAudit(db, id, { outcome, subjectId: made }),
    );
  };
  let answer: Response;
  try {
    answer = await handle(trail);
  } catch (error) {
    await end(isRefusal(error) ? "refused" : "failed");
    throw error;
  }
  await end("succeeded");
  if (!isTold) throw new Error(`${name} changed something and told the trail nothing.`);
  return answer;
}

/** The change was made, or was not: the answer says so, though the row stays pending. */
async function orLogged(note: () => Promise<void>): Promise<void> {
  try {
    await note();
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "outcome not noted in the trail", kind }));
  }
}

function rowOf(
  context: Context<AppEnv>,
  { name, subject }: Audited & { readonly name: string },
  { connectorId, id, before, after }: Told,
): AuditRow {
  const { headers } = context.req.raw;
  return auditRow({
    id: uuidv7({ msecs: calledAt(context) }),
    operation: name,
    subject,
    connectorId,
    subjectId: id,
    ...actorColumns(actorOf(context)),
    clientIp: clientIp(headers),
    userAgent: headers.get("User-Agent") ?? undefined,
    sides: { before, after },
  });
}

function calledAt(context: Context<AppEnv>): number {
  const at = context.get("calledAt");
  if (at === undefined) throw new Error("Nobody noted when this call came.");
  return at;
}

/** As the filter `actor` names them: an address is written in small letters, as Access compares it. */
export function actorColumns(actor: Actor): Pick<AuditRow, "actorKind" | "actor" | "actorName"> {
  switch (actor.kind) {
    case "adminToken":
      return { actorKind: actor.kind, actor: "ADMIN_TOKEN", actorName: undefined };
    case "access": {
      const { email } = actor;
      const name = email === undefined ? "service token" : foldAscii(email);
      return { actorKind: actor.kind, actor: name, actorName: undefined };
    }
    case "key":
    case "setupLink":
      return { actorKind: actor.kind, actor: actor.id, actorName: actor.name };
  }
}
