import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { readInput } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { makeToken } from "#http/admin/call/token-view.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { isJsonObject, type JsonValue, parseJson, readMember } from "#scim/json.ts";
import { parseDeclarations } from "#scim/schema/custom.ts";
import { changeAttributes } from "#store/admin/attributes.ts";
import { type Connector, createConnector, deleteConnector } from "#store/admin/connectors.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import { SELF_TEST_OPERATIONS } from "./operations.ts";
import { type SelfTestStep, selfTestSteps } from "./steps.ts";

/** Sends a request through the whole gateway, as if it came from outside. */
export type Play = (request: Request, context: Context<AppEnv>) => Response | Promise<Response>;

/** What became of a step, as the administrator sees it. */
interface PlayedStep {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string };
  /** Null for a step that could not be sent. */
  readonly status: number | null;
  readonly expected: number;
  readonly passed: boolean;
  readonly detail?: string;
}

/** Where a self-test sends its requests, and the ids it has seen. */
interface Stage {
  readonly scimBaseUrl: string;
  readonly send: (request: Request) => Response | Promise<Response>;
  readonly secret: string;
  readonly ids: Map<string, string>;
}

const { selfTest } = SELF_TEST_OPERATIONS;

/** A run takes seconds; should its connector outlive it, the token does not. */
const TOKEN_LIFE_MS = 10 * 60_000;

/**
 * Registers the self-test: a scratch connector with the settings and attributes of the given one,
 * in which Okta's and Entra's requests are played, each through the whole gateway.
 */
export function addSelfTestRoute(admin: Hono<AppEnv>, services: Services, play: Play): void {
  addCall(admin, selfTest, async (context, trail) => {
    await readInput(context, selfTest);
    const tested = await findOr404(context, context.req.param("id"));
    await trail.begin(databaseOf(context.env, tested.number), { connectorId: tested.id });
    const { connector, secret } = await createScratch(services, context, tested);
    try {
      const [basePath] = services.config.scimBasePaths;
      const steps = await playSteps(selfTestSteps(tested.settings), {
        scimBaseUrl: `${new URL(context.req.raw.url).origin}${basePath}`,
        send: (request) => play(request, context),
        secret,
        ids: new Map(),
      });
      return reply(context, selfTest, 200, { passed: steps.every(({ passed }) => passed), steps });
    } finally {
      const now = services.clock.now();
      await deleteConnector(
        databaseOf(context.env, connector.number),
        connector.number,
        undefined,
        {
          seen: undefined,
          now,
        },
      );
    }
  });
}

async function createScratch(
  { clock }: Services,
  context: Context<AppEnv>,
  { name, settings, attributes }: Connector,
): Promise<{ readonly connector: Connector; readonly secret: string }> {
  const now = clock.now();
  const choice = { scope: "read-write", expiresAt: now + TOKEN_LIFE_MS } as const;
  const { secret, token } = await makeToken(choice);
  const scratch = { id: uuidv7(), name: `Self-test of ${name}`, settings };
  await createConnector(
    centralDatabase(context.env),
    { ...scratch, tenant: undefined, preset: undefined },
    token,
    { now },
  );
  const connector = await findOr404(context, scratch.id);
  const change = { seen: connector, after: parseDeclarations(attributes), released: [] };
  const { number } = connector;
  await changeAttributes(databaseOf(context.env, number), number, change, { now });
  return { connector, secret };
}

/** Plays the steps one after another: each stands on what the ones before it did. */
async function playSteps(
  steps: readonly SelfTestStep[],
  stage: Stage,
): Promise<readonly PlayedStep[]> {
  const played: PlayedStep[] = [];
  for (const step of steps) played.push(await playStep(step, stage));
  return played;
}

async function playStep(step: SelfTestStep, { scimBaseUrl, send, secret, ids }: Stage) {
  const { name, method, status: expected } = step;
  const missing = missingId(step, ids);
  const path = withIds(step.path, ids);
  const request = { method, path: `${new URL(scimBaseUrl).pathname}${path}` };
  if (missing !== undefined) {
    const detail = `Not sent: no earlier step gave the id of "${missing}".`;
    return { name, request, status: null, expected, passed: false, detail };
  }
  const response = await send(
    new Request(`${scimBaseUrl}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${secret}`,
        "Content-Type": "application/scim+json",
        "User-Agent": "scim-edge self-test",
      },
      body: step.body === undefined ? null : withIds(JSON.stringify(step.body), ids),
    }),
  );
  const text = await response.text();
  const answer = text === "" ? null : parseJson(text);
  const id = valueAt(answer, "/id");
  if (step.saves !== undefined && typeof id === "string") ids.set(step.saves, id);
  const detail = complaint(step, response.status, answer);
  const passed = detail === undefined;
  return { name, request, status: response.status, expected, passed, ...(!passed && { detail }) };
}

const PLACEHOLDER = /\{([a-zA-Z]+)\}/g;

function missingId({ path }: SelfTestStep, ids: ReadonlyMap<string, string>): string | undefined {
  return [...path.matchAll(PLACEHOLDER)]
    .map(([, name = ""]) => name)
    .find((name) => !ids.has(name));
}

function withIds(text: string, ids: ReadonlyMap<string, string>): string {
  return text.replace(PLACEHOLDER, (placeholder, name) => ids.get(name) ?? placeholder);
}

/** What the identity provider would stumble over; undefined when the answer is what it needs. */
function complaint(step: SelfTestStep, status: number, answer: JsonValue): string | undefined {
  if (status !== step.status) {
    const detail = valueAt(answer, "/detail");
    return typeof detail === "string" ? detail : `The status is ${status}.`;
  }
  const wrong = Object.entries(step.shows ?? {}).find(
    ([pointer, value]) => (valueAt(answer, pointer) ?? null) !== value,
  );
  if (wrong === undefined) return undefined;
  const [pointer, value] = wrong;
  const found = JSON.stringify(valueAt(answer, pointer) ?? null);
  return `${pointer} should be ${JSON.stringify(value)} and is ${found}.`;
}

/** The value at a JSON Pointer (RFC 6901); our steps need no escapes. */
function valueAt(value: JsonValue, pointer: string): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const name of pointer.split("/").slice(1)) {
    if (Array.isArray(found)) found = found[Number(name)];
    else found = isJsonObject(found) ? readMember(found, name) : undefined;
  }
  return found;
}
