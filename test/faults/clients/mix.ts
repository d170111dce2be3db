import { isOwnFault } from "./answer.ts";
import { BROKEN_REQUESTS } from "./broken.ts";
import type { Fate, Ledger } from "./ledger.ts";
import { askRaw, RawClient } from "./raw-client.ts";
import { createUser, type Framing, pathOfName, requestText } from "./requests.ts";

/** The server that is asked, and the names that are used up. */
export interface MixSettings {
  readonly port: number;
  readonly token: string;
  readonly ledger: Ledger;
  readonly random: () => number;
}

/** How a client leaves. */
export type Ending = "finish" | "hangUp" | "reset";

export const ENDINGS: readonly Ending[] = ["finish", "hangUp", "reset"];
export const FRAMINGS: readonly Framing[] = ["Content-Length", "chunked"];

/** So many raw clients are there at once. */
const AT_ONCE = 12;

/** Lets so many raw clients of random kinds come, and notes what each knows of its user in the end. */
export async function runRawClients(settings: MixSettings, count: number): Promise<void> {
  // Chosen before any of them starts: a seed means the same clients each time.
  const plans = Array.from({ length: count }, () => choosePlan(settings));
  const work = async () => {
    for (let plan = plans.pop(); plan !== undefined; plan = plans.pop()) {
      settings.ledger.note(plan.userName, await plan.play(settings, plan));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

interface Plan {
  readonly userName: string;
  readonly framing: Framing;
  readonly ending: Ending;
  /** From 0 up to 1: where, or which. */
  readonly part: number;
  readonly play: (settings: MixSettings, plan: Plan) => Promise<Fate>;
}

const KINDS: readonly Plan["play"][] = [
  leaveHalfway,
  sendBroken,
  leaveUnread,
  repeatUnread,
  drip,
  pauseHalfway,
  leaveListUnread,
];

function choosePlan({ ledger, random }: MixSettings): Plan {
  return {
    userName: ledger.newName(),
    framing: pick(FRAMINGS, random()),
    ending: pick(ENDINGS, random()),
    part: random(),
    play: pick(KINDS, random()),
  };
}

function pick<T>(choices: readonly T[], part: number): T {
  const choice = choices[Math.floor(part * choices.length)];
  if (choice === undefined) throw new Error("There is nothing to choose from.");
  return choice;
}

function bytesOf({ token }: MixSettings, { userName, framing }: Plan): string {
  return requestText(createUser(token, userName, framing));
}

/** Leaves anywhere between the first byte and the last but one. */
async function leaveHalfway(settings: MixSettings, plan: Plan): Promise<Fate> {
  const bytes = bytesOf(settings, plan);
  const client = await RawClient.open(settings.port);
  await client.send(bytes.slice(0, 1 + Math.floor(plan.part * (bytes.length - 1))));
  client[plan.ending]();
  await refuseFaults(client);
  return "never";
}

async function sendBroken({ port, token }: MixSettings, plan: Plan): Promise<Fate> {
  const [, brokenBytes] = pick(BROKEN_REQUESTS, plan.part);
  const client = await RawClient.open(port);
  await client.send(brokenBytes(token, plan.userName));
  client[plan.ending]();
  await refuseFaults(client);
  return "never";
}

async function leaveUnread(settings: MixSettings, plan: Plan): Promise<Fate> {
  const client = await RawClient.open(settings.port);
  await client.send(bytesOf(settings, plan));
  client[plan.ending === "reset" ? "reset" : "hangUp"]();
  return "unsure";
}

/** Does not know whether its user is there, and tries once more. */
async function repeatUnread(settings: MixSettings, plan: Plan): Promise<Fate> {
  await leaveUnread(settings, plan);
  const answer = await askRaw(settings.port, bytesOf(settings, plan));
  return requireStatus(plan, [201, 409], answer?.status);
}

async function drip(settings: MixSettings, plan: Plan): Promise<Fate> {
  const client = await RawClient.open(settings.port);
  await client.drip(bytesOf(settings, plan), 1 + Math.floor(plan.part * 50));
  const answer = await client.answer();
  client.hangUp();
  return requireStatus(plan, [201], answer?.status);
}

/** Stops anywhere, until another request of its own was answered. */
async function pauseHalfway(settings: MixSettings, plan: Plan): Promise<Fate> {
  const { port, token } = settings;
  const bytes = bytesOf(settings, plan);
  const middle = Math.floor(plan.part * bytes.length);
  const client = await RawClient.open(port);
  await client.send(bytes.slice(0, middle));
  const search = requestText({ method: "GET", path: pathOfName(plan.userName), token });
  requireStatus(plan, [200], (await askRaw(port, search))?.status);
  await client.send(bytes.slice(middle));
  const answer = await client.answer();
  client.hangUp();
  return requireStatus(plan, [201], answer?.status);
}

async function leaveListUnread({ port, token }: MixSettings, { part }: Plan): Promise<Fate> {
  const client = await RawClient.open(port);
  await client.send(requestText({ method: "GET", path: "/Users?count=1000", token }));
  if (part < 0.5) await client.receive();
  client.hangUp();
  return "never";
}

function requireStatus({ userName }: Plan, allowed: readonly number[], status?: number): Fate {
  if (status !== undefined && allowed.includes(status)) return "stored";
  throw new Error(`${userName} was answered ${status}.`);
}

async function refuseFaults(client: RawClient): Promise<void> {
  const faults = (await client.answers()).filter(isOwnFault);
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
}
