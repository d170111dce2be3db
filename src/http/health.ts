import type { Context, Hono } from "hono";
import type { AppEnv, Services } from "#http/request/services.ts";
import { OVERLOAD_HEADERS, reportMissing } from "#http/response/error.ts";
import type { Clock } from "#store/clock.ts";
import { centralDatabase } from "#store/databases.ts";
import { LacksMigration, stateOf } from "#store/migrations.ts";
import type { Placement } from "#store/placement.ts";

/** Everybody may ask, so that the database is asked for all of them together. */
const FRESH_MS = 5_000;

/** What was found, and how the answer says it. */
interface Finding {
  readonly status: 200 | 503;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Registers `/healthz`, without a sign-in: 200 where the Worker runs on tables of its own version, 503 with the
 * migration that they lack. `?deep` asks whether the database answers now, and says where the data is kept.
 */
export function addHealth(app: Hono<AppEnv>, { clock, config }: Services): void {
  let shallow: Finding | undefined;
  const [deep, lacks] = [new Recent(clock), new Recent(clock)];
  app.get("/healthz", async (context) => {
    const { env } = context;
    if (context.req.query("deep") !== undefined) {
      return answer(context, await deep.or(() => lookDeep(env, config.placement)));
    }
    // Tables of this version stay so: an isolate asks for them once.
    if (shallow?.status !== 200) shallow = await lacks.or(() => lookOnce(env));
    return answer(context, shallow);
  });
}

function answer(context: Context<AppEnv>, { status, body }: Finding): Response {
  return context.json(body, status, status === 503 ? OVERLOAD_HEADERS : {});
}

/** Whether the database answers is not this question: the Worker runs. */
async function lookOnce(env: Env): Promise<Finding> {
  const { missing } = await stateOf(centralDatabase(env)).catch(() => ({ missing: undefined }));
  return missing === undefined ? { status: 200, body: { status: "ok" } } : lacking(missing);
}

async function lookDeep(env: Env, { jurisdiction, location }: Placement): Promise<Finding> {
  const data = { jurisdiction: jurisdiction ?? null, location: location ?? null };
  try {
    const { missing, region } = await stateOf(centralDatabase(env));
    if (missing !== undefined) return lacking(missing);
    const database = { status: "ok", region: region ?? null };
    return { status: 200, body: { status: "ok", database, data } };
  } catch {
    return {
      status: 503,
      body: { status: "failing", detail: "The database does not answer.", data },
    };
  }
}

function lacking(migration: string): Finding {
  const error = new LacksMigration(migration);
  reportMissing(error);
  return { status: 503, body: { status: "failing", detail: error.message } };
}

/** What was found last. A promise of it may not be shared: it belongs to the request that made it. */
class Recent {
  private last: { readonly finding: Finding; readonly at: number } | undefined;

  constructor(private readonly clock: Clock) {}

  /** The last finding, or a new one where that is too old. */
  async or(find: () => Promise<Finding>): Promise<Finding> {
    const now = this.clock.now();
    // The clock may have been set back since.
    if (this.last !== undefined && Math.abs(now - this.last.at) < FRESH_MS)
      return this.last.finding;
    const finding = await find();
    this.last = { finding, at: now };
    return finding;
  }
}
