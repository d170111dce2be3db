import type { Context, Handler, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type * as z from "zod";
import type { AppEnv } from "#http/request/services.ts";
import { authorize } from "./authorize.ts";
import { refuseUnknown } from "./input.ts";
import type { Ability, Role } from "./roles.ts";
import { type Audited, NO_TRAIL, type Trail, withTrail } from "./trail.ts";

/** The parts of the admin API, as its OpenAPI document groups the calls. */
export const TAGS = {
  Connectors: "One directory each, with its own settings; the wall between directories.",
  Attributes: "What a connector's provider may send beside the attributes of RFC 7643.",
  Tokens: "Bearer tokens of a connector's SCIM client.",
  Clients: "OAuth clients, for providers that fetch short-lived tokens.",
  Bridge: "The pull sync from a provider's own API: its configuration and its runs.",
  Held: "Switch-offs that wait for an administrator, by a bridge or by push.",
  Events: "The log of SCIM requests, of the Bridge's writes and of alerts.",
  Applications:
    "Below /v1: the directories and the ordered feed of what changed, for applications.",
  Directory: "The users and groups of a connector, as administrators see and repair them.",
  Webhooks: "Where changes are delivered.",
  Keys: "What administrators and applications call this API with.",
  SetupLinks: "Links for a customer's own administrator, and what these may call below /setup/v1.",
  Sessions: "Who calls, and who is signed in to the console.",
  Activity: "How much the gateway is used: counts of a connector's requests, and metrics.",
  Audit: "The trail of what administrators did.",
  Meta: "The API itself.",
} as const;

/** A call of the admin API, of the one for applications or of that for set-up links: all that its route, its checks, its types and its documentation are made of. */
export interface AdminOperation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As Hono has it, below /admin/v1, /v1 or /setup/v1. */
  readonly path: string;
  readonly tag: keyof typeof TAGS;
  /** The least role of a key that may call it. */
  readonly role: Role;
  /** Of a call for holders of a set-up link: one of these must be among what the link lets do; none for any link. */
  readonly abilities?: readonly Ability[];
  /** Whether it is open to everybody. */
  readonly isOpen?: true;
  /** One sentence, as a command. */
  readonly summary: string;
  /** What the query may hold; without it any parameter is refused. It is checked before the call is handled. */
  readonly query?: z.ZodType;
  /** What the call changes: it then leaves a row in the trail. Any but a GET has it, or says that it is harmless. */
  readonly audited?: Audited;
  /** Whether the call changes nothing, though its method may. */
  readonly isHarmless?: true;
  /** What the body may hold; without it any but an empty one, or {}, is refused. */
  readonly body?: z.ZodType;
  /** Whether the body may be left out; it is then read as {}. */
  readonly isBodyOptional?: true;
  /** The JSON answer to each status of success; null for one without content. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** What the answers are where they are not application/json, by media type. */
  readonly media?: Readonly<Record<string, z.ZodType>>;
  /** The refusals of its own, beside those that its path, query, body and conditions bring along. */
  readonly refusals?: readonly number[];
  /** Whether it makes one thing however often it comes with the same Idempotency-Key; 422 with another body. */
  readonly isMadeOnce?: true;
  /** Whether the answer has an ETag. */
  readonly isTagged?: true;
  /** Whether If-None-Match is answered with 304. */
  readonly isKnowable?: true;
  /** Whether If-Match and If-None-Match are heeded, with 412. */
  readonly isConditional?: true;
}

/** What a value may be where a schema describes it: all of it may be read-only. */
export type Answered<T> = T extends readonly (infer Item)[]
  ? readonly Answered<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Answered<T[Name]> }
    : T;

/** Operations by their names; each keeps its types as narrow as they are written. */
export function describe<const Described extends Readonly<Record<string, AdminOperation>>>(
  operations: Described,
): Described {
  for (const [name, operation] of Object.entries(operations)) NAMES.set(operation, name);
  return operations;
}

/** The operationId of each operation. */
const NAMES = new WeakMap<AdminOperation, string>();

/** What answers a call; one that changes something tells `trail` of it. */
export type CallHandler<Path extends string> = (
  context: Context<AppEnv, Path>,
  trail: Trail,
) => Response | Promise<Response>;

/**
 * Registers the route of an operation, for callers who may call it and see what its path names: `permit` throws
 * for everybody else.
 */
export function addCall<const Path extends string>(
  admin: Hono<AppEnv>,
  called: AdminOperation & { readonly path: Path },
  handle: CallHandler<Path>,
  permit: (context: Context<AppEnv>, called: AdminOperation) => Promise<void> = authorize,
): void {
  const { method, path, audited, isOpen } = called;
  const name = NAMES.get(called) ?? path;
  const strict: Handler<AppEnv, Path> = async (context) => {
    if (!isOpen) await permit(context, called);
    await refuseUnknown(context, called);
    if (audited === undefined) return await handle(context, NO_TRAIL);
    return await withTrail(context, { name, ...audited }, (trail) => handle(context, trail));
  };
  admin.on(method, path, strict);
}

/** Answers a call with JSON that its operation describes for that status. */
export function reply<
  Status extends ContentfulStatusCode,
  Described extends { readonly answers: Readonly<Record<Status, z.ZodType>> },
>(
  context: Context<AppEnv>,
  _operation: Described,
  status: Status,
  body: Answered<z.output<Described["answers"][Status]>>,
): Response {
  return context.json(body, status);
}
