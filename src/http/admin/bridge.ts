import type { Context, Hono } from "hono";
import type { Proposal } from "#bridge/judge.ts";
import type { BridgeChoice, SourceCredentials } from "#bridge/settings.ts";
import type { BridgeOverview } from "#bridge/views.ts";
import type { SafeUrlOptions } from "#credentials/safe-url.ts";
import { BRIDGE_CREDENTIALS, seal } from "#credentials/sealed.ts";
import { deleteBridge, findBridge, putBridge, type StoredBridge } from "#store/bridges.ts";
import { STALE } from "#store/versions.ts";
import type { AppEnv, Services } from "../services.ts";
import { BRIDGE, type BridgeInput } from "./bridge-input.ts";
import { type Ask, asker, granted, tellBridgeOfEnd } from "./bridge-object.ts";
import { openBridge } from "./bridge-open.ts";
import { hasSameAddresses, readCredentials, readSource } from "./bridge-source.ts";
import { findOr404 } from "./connectors.ts";
import { readInput } from "./input.ts";
import { changedMeanwhile, expectAbsent, expectedVersion, tag } from "./preconditions.ts";
import { Problem } from "./problem.ts";

/** A bridge as its row keeps it: which kind of credentials it has can be told without unsealing them. */
interface KeptConfig extends BridgeChoice {
  readonly credentialsKind: SourceCredentials["kind"];
}

/** How often a bridge is put anew on what somebody else has put at the same moment. */
const TRIES_MAX = 5;

/** Registers what a connector's bridge is to do (SEMANTICS 11) in the admin API. */
export function addBridgeRoutes(admin: Hono<AppEnv>, services: Services): void {
  const path = "/connectors/:id/bridge";
  admin.get(path, async (context) => {
    const { stored, ask } = await openBridge(context);
    const overview = await ask((bridge) => bridge.overview());
    tag(context, stored.version);
    return context.json(bridgeView(readConfig(stored), stored, overview));
  });
  admin.put(path, async (context) => {
    const input = await readInput(context, BRIDGE);
    const { id, version, config, times } = await putOnNewest(services, context, input);
    const ask = asker(context, id);
    await ask((bridge) => bridge.configured(id));
    const overview = await ask((bridge) => bridge.overview());
    tag(context, version);
    return context.json(bridgeView(config, times, overview));
  });
  admin.delete(path, async (context) => {
    const { id, number } = await findOr404(context, context.req.param("id"));
    const stored = await findBridge(context.env.DB, id);
    const seen = stored && expectedVersion(context, stored.version);
    const deleted = await deleteBridge(context.env.DB, number, seen);
    if (deleted === STALE) throw changedMeanwhile();
    if (deleted === "absent") throw new Problem(404, "This connector has no bridge.");
    await tellBridgeOfEnd(context, id);
    return context.body(null, 204);
  });
}

/** A bridge that was put. */
interface PutBridge {
  readonly id: string;
  readonly version: number;
  readonly config: KeptConfig;
  readonly times: Pick<StoredBridge, "createdAt" | "modifiedAt">;
}

/**
 * Stores what a call makes of a bridge. Each try judges the call by the bridge as it is then: credentials
 * that are kept belong to the addresses beside which they are kept.
 */
async function putOnNewest(
  services: Services,
  context: Context<AppEnv>,
  { source: written, credentials, paused, ...settings }: BridgeInput,
): Promise<PutBridge> {
  const source = readSource(written, safeUrlOptions(services, context));
  const given = credentials && readCredentials(source.type, credentials);
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const { id, number, attributes } = await findOr404(context, context.req.param("id") ?? "");
    const former = await findBridge(context.env.DB, id);
    if (former === undefined) expectAbsent(context);
    else expectedVersion(context, former.version);
    const kind = given?.kind ?? keptKind(source, former);
    const config: KeptConfig = { source, settings, credentialsKind: kind };
    const ask = asker(context, id);
    await requireSameProvider(ask, source, former);
    const proposal = { source, settings, attributes, credentials: given };
    if (needsJudging(proposal)) granted(await ask((bridge) => bridge.judge(proposal)));
    const now = services.clock.now();
    const sealed = given && (await sealCredentials(services, id, given));
    const row = { config: JSON.stringify(config), credentials: sealed, paused };
    const at = { seen: former?.version, now };
    const version = await putBridge(context.env.DB, number, row, at);
    const times = { createdAt: former?.createdAt ?? now, modifiedAt: now };
    if (version !== undefined) return { id, version, config, times };
  }
  throw new Problem(409, "Others change the bridge at the same time. Try again later.");
}

/** Whether there is anything in a bridge that needs more than its schema to be judged. */
function needsJudging({ settings, credentials }: Proposal): boolean {
  const { mapping, userNameFrom } = settings;
  const hasKey = credentials?.kind === "google" || credentials?.kind === "okta-service";
  return hasKey || mapping.length > 0 || userNameFrom !== undefined;
}

/** Users are followed by the provider's ids, which may mean other people at another provider. */
async function requireSameProvider(
  ask: Ask,
  source: BridgeChoice["source"],
  former: StoredBridge | undefined,
): Promise<void> {
  if (former === undefined || hasSameAddresses(readConfig(former).source, source)) return;
  const { linkedUsers } = await ask((bridge) => bridge.overview());
  if (linkedUsers === 0) return;
  const detail = `source: the bridge follows ${linkedUsers} users by the ids of its present source, which may mean other people elsewhere. Give another provider a connector of its own. If it is the same directory under another address, delete the bridge and set it up again: its users are found again by their externalId.`;
  throw new Problem(409, detail);
}

/** Whom a bridge must not be sent to: the gateway itself, under its own name or the one of this call. */
function safeUrlOptions({ config }: Services, { req }: Context<AppEnv>): SafeUrlOptions {
  const own = [req.raw.url, ...(config.publicUrl === undefined ? [] : [config.publicUrl])];
  return {
    allowsLoopback: config.allowsLoopback,
    ownHosts: own.map((url) => new URL(url).hostname),
  };
}

function sealCredentials(
  { config }: Services,
  connector: string,
  given: SourceCredentials,
): Promise<string> {
  const place = { connector, field: BRIDGE_CREDENTIALS };
  return seal(config.keyRing, JSON.stringify(given), place);
}

/** The kind of the credentials that a bridge keeps; 400 where it has none for that source. */
function keptKind(
  source: BridgeChoice["source"],
  former: StoredBridge | undefined,
): SourceCredentials["kind"] {
  if (former === undefined) throw new Problem(400, "credentials: a new bridge needs them");
  const stored = readConfig(former);
  if (hasSameAddresses(stored.source, source)) return stored.credentialsKind;
  const detail =
    "credentials: give them again, since the source's type or address changed: those that are stored are sent to no other address";
  throw new Problem(400, detail);
}

function readConfig({ config }: StoredBridge): KeptConfig {
  // Written by this program from a checked body.
  return JSON.parse(config) as KeptConfig;
}

function bridgeView(
  { source, settings, credentialsKind }: KeptConfig,
  { createdAt, modifiedAt }: Pick<StoredBridge, "createdAt" | "modifiedAt">,
  overview: BridgeOverview,
) {
  const { state, paused, consecutiveFailures, nextSyncAt, linkedUsers, held, lastRun } = overview;
  return {
    source,
    credentialsKind,
    ...settings,
    state,
    paused,
    consecutiveFailures,
    nextSyncAt,
    linkedUsers,
    held,
    lastRun,
    createdAt: new Date(createdAt).toISOString(),
    modifiedAt: new Date(modifiedAt).toISOString(),
  };
}
