import type { Context } from "hono";
import type * as z from "zod";
import { firstAnswer, SealError, seal, unseal } from "#credentials/sealed.ts";
import { hashToken } from "#credentials/token.ts";
import { actorOf } from "#http/admin/call/actor.ts";
import { type AdminOperation, type Answered, reply } from "#http/admin/call/operation.ts";
import { tag } from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { actorColumns, type Trail } from "#http/admin/call/trail.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { entityTag } from "#scim/resource/etag.ts";
import { classifyError } from "#store/d1-error.ts";
import type { Database } from "#store/database.ts";
import { type FirstAnswer, findFirstAnswer } from "#store/first-answers/first-answers.ts";

/** For so long a key gets the first answer again. */
const KEPT_MS = 24 * 3_600_000;

const KEY = /^[\x21-\x7e]{1,255}$/;

/** What a create is answered with. */
export interface MadeAnswer<Body> {
  readonly location: string;
  /** The version of what was made, if it has one. */
  readonly version?: number | undefined;
  readonly body: Body;
}

/** Makes the row that the batch of a create stores with it; undefined where no key came. */
export type Keep<Body> = (answer: MadeAnswer<Body>) => Promise<FirstAnswer | undefined>;

/** A create, and the database that stores it. */
interface Create<Described> {
  readonly operation: Described;
  readonly context: Context<AppEnv>;
  readonly trail: Trail;
  readonly db: Database;
  /** The checked body. */
  readonly input: unknown;
}

/**
 * Answers a create with 201. Where the call has an Idempotency-Key that the caller sent before, with the same body,
 * nothing is made and the first answer comes again, with its secret: 422 for another body, 409 where the answer
 * cannot be opened any more. Of two at the same time one makes the thing, and both get its answer.
 */
export async function replyOnce<
  Described extends AdminOperation & { readonly answers: { readonly 201: z.ZodType } },
>(
  { config, clock }: Services,
  create: Create<Described>,
  make: (
    keep: Keep<Answered<z.output<Described["answers"][201]>>>,
  ) => Promise<MadeAnswer<Answered<z.output<Described["answers"][201]>>>>,
): Promise<Response> {
  const { operation, context, trail, db, input } = create;
  const shown = ({ location, version, body }: Awaited<ReturnType<typeof make>>) => {
    if (version !== undefined) tag(context, version);
    context.header("Location", location);
    return reply(context, operation, 201, body);
  };
  const key = keyOf(context);
  if (key === undefined) return shown(await make(async () => undefined));
  const hash = await hashOf(context, key);
  const asked = await hashToken(JSON.stringify(input));
  const again = async () => {
    const first = await findFirstAnswer(db, hash);
    if (first === undefined) return undefined;
    if (first.body !== asked) throw new Problem("idempotencyKeyReused", REUSED);
    trail.unchanged();
    return repeated(await opened(() => unseal(config.keyRing, first.answer, placeOf(hash))));
  };
  const first = await again();
  if (first !== undefined) return first;
  try {
    const made = await make(async ({ location, version, body }) => ({
      hash,
      body: asked,
      answer: await seal(config.keyRing, textOf({ location, version, body }), placeOf(hash)),
      endsAt: clock.now() + KEPT_MS,
    }));
    return shown(made);
  } catch (error) {
    if (classifyError(error).kind !== "alreadyAnswered") throw error;
    const rival = await again();
    if (rival === undefined) throw error;
    return rival;
  }
}

/** The Idempotency-Key of a call; 400 for one that is empty, too long, or has blanks. */
function keyOf({ req }: Context<AppEnv>): string | undefined {
  const key = req.header("Idempotency-Key");
  if (key === undefined || KEY.test(key)) return key;
  const detail = "Idempotency-Key: send 1 to 255 visible ASCII characters, such as a UUID.";
  throw new Problem("invalidIdempotencyKey", detail);
}

/** A key is its caller's own, for one call on one path. */
function hashOf(context: Context<AppEnv>, key: string): Promise<string> {
  const { actorKind, actor } = actorColumns(actorOf(context));
  return hashToken(JSON.stringify([actorKind, actor, context.req.method, context.req.path, key]));
}

function placeOf(hash: string) {
  return { connector: "", field: firstAnswer(hash) };
}

/** Headers and body as they are sealed. */
function textOf({ location, version, body }: MadeAnswer<unknown>): string {
  const headers = {
    Location: location,
    ...(version !== undefined && { ETag: entityTag(version) }),
  };
  return JSON.stringify([Object.entries(headers), JSON.stringify(body)]);
}

function repeated(text: string): Response {
  // Sealed by this program, as textOf writes it.
  const [headers, body]: [[string, string][], string] = JSON.parse(text);
  return new Response(body, {
    status: 201,
    headers: [...headers, ["Content-Type", "application/json"], ["Idempotency-Replayed", "true"]],
  });
}

async function opened(open: () => Promise<string>): Promise<string> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof SealError) throw new Problem("answerLost", LOST);
    throw error;
  }
}

const REUSED =
  "This Idempotency-Key came with another body before: nothing was made. Send a new key for a new thing.";

const LOST =
  "It was made with this Idempotency-Key before, but ENCRYPTION_KEYS lacks the key that sealed the answer. Find it in the list, and make a new secret for it.";
