import type { Context } from "hono";
import type { Proposal } from "#bridge/check/judge.ts";
import type {
  BridgeChoice,
  BridgeScope,
  BridgeSettings,
  Provider,
  SourceCredentials,
} from "#bridge/config/settings.ts";
import type { SafeUrlOptions } from "#credentials/safe-url.ts";
import { BRIDGE_CREDENTIALS, seal } from "#credentials/sealed.ts";
import { check } from "#http/admin/call/input.ts";
import { mergePatch } from "#http/admin/call/merge-patch.ts";
import { expectAbsent, expectedVersion } from "#http/admin/call/preconditions.ts";
import { Problem, unfitMember } from "#http/admin/call/problem.ts";
import type { Trail } from "#http/admin/call/trail.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { type AskBridge, asker, granted } from "#http/admin/objects/bridge-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { findBridge, putBridge, type StoredBridge } from "#store/admin/bridges.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import { BRIDGE, BRIDGE_SETTINGS, type BridgeInput } from "./schemas.ts";
import { hasSameAddresses, readCredentials, readSource } from "./source.ts";

/** A bridge as its row keeps it: which kind of credentials it has can be told without unsealing them. */
export interface KeptConfig extends BridgeChoice {
  readonly credentialsKind: SourceCredentials["kind"];
}

/** A bridge after a call that may have changed it. */
export interface ChangedBridge {
  readonly id: string;
  readonly version: number;
  readonly config: KeptConfig;
  readonly kept: Pick<StoredBridge, "createdAt" | "modifiedAt" | "paused">;
  /** Whether anything was stored. */
  readonly isChanged: boolean;
}

/** What a call would make of a bridge, as it is now. */
export type Wanted = (former: StoredBridge | undefined) => BridgeInput;

/** A bridge as a call would like to have it, read and made safe. */
export interface ProposedBridge extends Proposal {
  readonly paused: boolean | undefined;
  readonly credentialsKind: SourceCredentials["kind"];
}

/** How often a bridge is changed anew on what somebody else has stored at the same moment. */
const TRIES_MAX = 5;

/**
 * Stores what a call makes of a bridge. Each try judges the call by the bridge as it is then: credentials
 * that are kept belong to the addresses beside which they are kept. What is as it was is not stored again.
 */
export async function changeBridge(
  services: Services,
  context: Context<AppEnv>,
  trail: Trail,
  wanted: Wanted,
): Promise<ChangedBridge> {
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const { id, number, attributes } = await findOr404(context, context.req.param("id") ?? "");
    const former = await findBridge(centralDatabase(context.env), id);
    if (former === undefined) expectAbsent(context);
    else expectedVersion(context, former.version);
    const proposed = readProposal(services, context, { wanted, former, attributes });
    const { source, settings, credentials, paused, credentialsKind } = proposed;
    const config: KeptConfig = { source, settings, credentialsKind };
    if (former !== undefined && isSame(former, proposed)) {
      trail.unchanged();
      return { id, version: former.version, config, kept: former, isChanged: false };
    }
    const ask = asker(context, id);
    await requireSameProvider(ask, source, former);
    await judge(ask, proposed);
    const now = services.clock.now();
    const sealed = credentials && (await sealCredentials(services, id, credentials));
    const row = { config: JSON.stringify(config), credentials: sealed, paused };
    const { createdAt = now, paused: wasPaused = false } = former ?? {};
    const kept = { createdAt, modifiedAt: now, paused: paused ?? wasPaused };
    const audit = trail.row({
      connectorId: id,
      before: former && toldOf(readKeptConfig(former), former),
      after: { ...toldOf(config, kept), ...(credentials && { newCredentials: credentials.kind }) },
    });
    const at = { seen: former?.version, now, audit };
    const version = await putBridge(databaseOf(context.env, number), number, row, at);
    if (version !== undefined) return { id, version, config, kept, isChanged: true };
  }
  throw new Problem(409, "Others change the bridge at the same time. Try again later.");
}

/** What the trail tells of a bridge: never its credentials. */
export function toldOf(
  { source, settings, credentialsKind }: KeptConfig,
  { paused }: { readonly paused: boolean },
) {
  return { source, ...settings, credentialsKind, paused };
}

/** Reads a bridge that somebody would like to have; 400 for what makes no sense. */
export function readProposal(
  services: Services,
  context: Context<AppEnv>,
  facts: {
    readonly wanted: Wanted;
    readonly former: StoredBridge | undefined;
    readonly attributes: string;
  },
): ProposedBridge {
  const { wanted, former, attributes } = facts;
  const input = wanted(former);
  const source = readSource(input.source, safeUrlOptions(services, context));
  checkScope(source.type, input.scope);
  const credentials = input.credentials && readCredentials(source.type, input.credentials);
  return {
    source,
    settings: BRIDGE_SETTINGS.parse(input),
    credentials,
    paused: input.paused,
    attributes,
    credentialsKind: credentials?.kind ?? keptKind(source, former),
  };
}

/**
 * Reads settings by which a dry run is to go, as a merge patch over those that are stored; 400 for what makes no
 * sense, and for what a dry run cannot have otherwise.
 */
export async function readPlanned(
  services: Services,
  context: Context<AppEnv>,
  { id, attributes }: { readonly id: string; readonly attributes: string },
  patch: Readonly<Record<string, unknown>>,
): Promise<BridgeSettings | undefined> {
  const former = await findBridge(centralDatabase(context.env), id);
  if (former === undefined) return undefined;
  const facts = { wanted: patched(patch), former, attributes };
  const proposed = readProposal(services, context, facts);
  const isSameSource = sorted(proposed.source) === sorted(readKeptConfig(former).source);
  if (proposed.credentials !== undefined || !isSameSource) {
    const detail =
      "A dry run reads the source with the credentials that are stored: give settings alone. Try others with POST …/bridge/check.";
    throw new Problem("invalidBody", detail);
  }
  await judge(asker(context, id), proposed);
  return proposed.settings;
}

/** A merge patch laid over the bridge as it is stored; over nothing where there is none. */
export function patched(patch: Readonly<Record<string, unknown>>): Wanted {
  return (former) => {
    const { source, settings } = former === undefined ? NOTHING : readKeptConfig(former);
    // Credentials are replaced as a whole, and never shown: there is nothing to lay them over.
    return check(BRIDGE, mergePatch({ source, ...settings }, patch));
  };
}

/** Only Okta and Entra know who is assigned to an application. */
function checkScope(type: Provider, scope: BridgeScope | undefined): void {
  if (scope === undefined || "groups" in scope || type === "okta" || type === "entra") return;
  throw unfitMember(
    ["scope", "application"],
    `${type} is not asked who is assigned to an application; name groups instead: {"groups": ["…"]}`,
  );
}

const NOTHING = { source: undefined, settings: {} };

/** Judges a bridge where its schema does not say all; 400 through its object. */
export async function judge(
  ask: AskBridge,
  { paused, credentialsKind, ...proposal }: ProposedBridge,
) {
  if (needsJudging(proposal)) granted(await ask((bridge) => bridge.judge(proposal)));
}

function needsJudging({ settings, credentials }: Proposal): boolean {
  const { mapping, userNameFrom } = settings;
  const hasKey = credentials?.kind === "google" || credentials?.kind === "okta-service";
  return hasKey || mapping.length > 0 || userNameFrom !== undefined;
}

/** Whether a call would store what is stored already; credentials are always stored anew. */
function isSame(former: StoredBridge, proposed: ProposedBridge): boolean {
  const { source, settings } = readKeptConfig(former);
  const isRestingSame = proposed.paused === undefined || proposed.paused === former.paused;
  return (
    proposed.credentials === undefined &&
    isRestingSame &&
    sorted([source, settings]) === sorted([proposed.source, proposed.settings])
  );
}

/** A text that is the same for the same members in any order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** Users are followed by the provider's ids, which may mean other people at another provider. */
async function requireSameProvider(
  ask: AskBridge,
  source: BridgeChoice["source"],
  former: StoredBridge | undefined,
): Promise<void> {
  if (former === undefined || hasSameAddresses(readKeptConfig(former).source, source)) return;
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
  if (former === undefined) throw unfitMember(["credentials"], "a new bridge needs them");
  const stored = readKeptConfig(former);
  if (hasSameAddresses(stored.source, source)) return stored.credentialsKind;
  const detail =
    "give them again, since the source's type or address changed: those that are stored are sent to no other address";
  throw unfitMember(["credentials"], detail);
}

/** Reads a stored bridge; what a later version added takes its default. */
export function readKeptConfig({ config }: Pick<StoredBridge, "config">): KeptConfig {
  // Written by this program from a checked body.
  const { source, settings, credentialsKind } = JSON.parse(config) as KeptConfig;
  return { source, settings: BRIDGE_SETTINGS.parse(settings), credentialsKind };
}
