import type { JsonObject } from "#scim/json.ts";
import { resourceTypesOf } from "#scim/schema/custom.ts";
import type { BridgeCheck, CheckStep } from "../admin-views.ts";
import { type BridgeConfig, NO_RULES } from "../config/settings.ts";
import { brokenRules } from "../mapping/chosen.ts";
import { textAt } from "../mapping/reading.ts";
import { mapRecord, rawIdName } from "../providers/map-record.ts";
import { partsOf } from "../run/scope.ts";
import { type Listing, type Source, SourceError, type SourceGroup } from "../source/source.ts";
import { RunBroken } from "../step/run-context.ts";
import {
  openProposed,
  type ProposedCredentials,
  type SourceOpeningTools,
} from "../sync/open-source.ts";
import { judgeProposal, type Proposal } from "./judge.ts";
import { APPLICATION_NEEDS, CHECK_NEEDS } from "./needs.ts";

/** A bridge to be tried: its own credentials, or those that are stored and sealed. */
export type CheckProposal = Proposal & ProposedCredentials;

/** So long a check goes on asking; what is left then is named as not tried. */
const CHECK_MS = 40_000;

/** More requests than all steps can need, tokens and another try for each included. */
const REQUESTS_MAX = 30;

/** What a check works with. */
interface Trial {
  readonly config: BridgeConfig;
  readonly source: Source;
  /** Whether there is time, and a request, left. */
  readonly isOver: () => boolean;
  readonly steps: CheckStep[];
}

/**
 * Tests a bridge's connection: one page of each listing, one user by id and the members of one group,
 * each with the right that it needs. Writes nothing, and ends after a bounded number of requests.
 */
export async function checkConnection(
  tools: SourceOpeningTools,
  proposal: CheckProposal,
): Promise<BridgeCheck> {
  const judged = await judgeProposal(proposal);
  if (judged.kind === "refused") return result([failed("configuration", judged.detail)]);
  const { source, settings, attributes } = proposal;
  const config = { source, settings, type: resourceTypesOf(attributes).User, rules: NO_RULES };
  const startedAt = tools.clock.now();
  let requests = 0;
  const onRequest = () => {
    requests += 1;
  };
  try {
    const trial: Trial = {
      config,
      source: await openProposed(tools, config, proposal, { onRequest }),
      isOver: () => requests >= REQUESTS_MAX || tools.clock.now() - startedAt >= CHECK_MS,
      steps: [passed("configuration", "The configuration and the credentials are well formed.")],
    };
    await play(trial, tools.clock.now());
    return result(trial.steps);
  } catch (error) {
    if (error instanceof RunBroken) return result([failed("credentials", error.message)]);
    throw error;
  }
}

async function play(trial: Trial, now: number): Promise<void> {
  const { source, config } = trial;
  const users = await readListing(trial, "users");
  if (users !== undefined) {
    trial.steps.push(...mappingSteps(config, users));
    await readOne(trial, users);
  }
  if (source.userListings.includes("deletedUsers")) await readListing(trial, "deletedUsers");
  if (HAS_STAMPS.has(config.source.type)) {
    await step(trial, "delta", async () => {
      const since = new Date(now).toISOString();
      const { records } = await source.listPage("users", undefined, since);
      return `Changes alone can be read (${records.length} just now).`;
    });
  }
  await readScope(trial);
  if (config.settings.groups === "none") return;
  const groups = await readListing(trial, "groups");
  const found = groups?.flatMap((record) => source.readGroup(record) ?? []);
  if (found !== undefined) await readMembers(trial, found);
}

/** Entra's complete listing is a delta query itself; the others have no delta, or only a full listing. */
const HAS_STAMPS: ReadonlySet<string> = new Set(["okta", "onelogin"]);

async function readListing(
  trial: Trial,
  listing: Listing,
): Promise<readonly JsonObject[] | undefined> {
  return await step(
    trial,
    listing,
    async () => (await trial.source.listPage(listing, undefined, undefined)).records,
    (records) => `One page was read: ${records.length} records.`,
  );
}

async function readOne(trial: Trial, users: readonly JsonObject[]): Promise<void> {
  const [id] = users.flatMap((record) => textAt(record, rawIdName(trial.config)) ?? []);
  if (id === undefined) return;
  await step(trial, "user", async () => {
    const record = await trial.source.readUser(id);
    return record === undefined
      ? "A user of the page was asked for by id, and is gone since."
      : "A user of the page was asked for by id, and found.";
  });
}

async function readMembers(trial: Trial, groups: readonly SourceGroup[]): Promise<void> {
  const group = groups.find(({ isRemoved }) => !isRemoved);
  if (group === undefined) {
    trial.steps.push(
      passed("members", "There is no group on the page whose members could be read."),
    );
    return;
  }
  await step(trial, "members", async () => {
    if (group.members.kind !== "listed") return "Groups bring their members along.";
    const { sourceIds } = await trial.source.membersPage(group.sourceId, undefined);
    return `The members of one group were read: ${sourceIds.length}.`;
  });
}

/** So many groups of a scope are tried; the others need the same right. */
const SCOPE_PARTS_MAX = 5;

async function readScope(trial: Trial): Promise<void> {
  const { source, config } = trial;
  const { scope } = config.settings;
  if (scope === undefined) return;
  for (const part of partsOf(scope).slice(0, SCOPE_PARTS_MAX)) {
    await step(trial, "scope", async () => {
      const { sourceIds, groups } = await source.scopePage(part, undefined);
      return `One page of the ${part.kind} ${part.sourceId} of the scope was read: ${sourceIds.length} people and ${groups.length} groups.`;
    });
  }
}

/** How many users of the page have what the bridge's own mapping reads. */
function mappingSteps(config: BridgeConfig, users: readonly JsonObject[]): readonly CheckStep[] {
  const { mapping } = config.settings;
  if (mapping.length === 0) return [];
  const broken = brokenRules(config);
  if (broken.length > 0) return broken.map((detail) => failed("mapping", detail));
  const misfits = users.flatMap((record) => {
    const mapped = mapRecord(record, config);
    return mapped.kind === "user" ? mapped.misfits : [];
  });
  const [first] = misfits;
  if (first === undefined) {
    return [
      passed("mapping", `Every value of the page fits its attribute (${users.length} users).`),
    ];
  }
  const detail = `${misfits.length} values of the page do not fit their attributes. The first: ${first.detail} It comes from "${first.from}".`;
  return [failed("mapping", detail)];
}

/** Does one step and notes what came of it; undefined where it failed, or there is no time left. */
async function step<T>(
  { steps, isOver, config }: Trial,
  name: string,
  read: () => Promise<T>,
  said: (value: T) => string = String,
): Promise<T | undefined> {
  const needs = neededFor(config, name);
  const right = needs === undefined ? "" : ` Needed for it: ${needs}.`;
  if (isOver()) {
    steps.push(failed(name, `It was not tried: the steps before took too long.${right}`));
    return undefined;
  }
  try {
    const value = await read();
    steps.push(passed(name, `${said(value)}${right}`));
    return value;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    steps.push(failed(name, `${error.detail}${right}`));
    return undefined;
  }
}

function neededFor({ source: { type }, settings: { scope } }: BridgeConfig, name: string) {
  const isApplication = name === "scope" && scope !== undefined && "application" in scope;
  return isApplication ? APPLICATION_NEEDS[type] : CHECK_NEEDS[type][name];
}

function passed(name: string, detail: string): CheckStep {
  return { name, ok: true, detail };
}

function failed(name: string, detail: string): CheckStep {
  return { name, ok: false, detail };
}

function result(checks: readonly CheckStep[]): BridgeCheck {
  return { ok: checks.every(({ ok }) => ok), checks };
}
