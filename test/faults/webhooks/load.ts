import { setTimeout as sleep } from "node:timers/promises";

/** How much is written: so many resources, and of each so many changes, its creation being the first. */
export interface Amount {
  readonly resources: number;
  readonly changesEach: number;
}

/** Sends a SCIM request and gives its status and body; undefined where no answer came. */
export type Ask = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ readonly status: number; readonly body: Answered } | undefined>;

interface Answered {
  readonly id?: string;
  readonly Resources?: readonly { readonly id: string }[];
}

/** So many resources are written at once. */
const WRITERS = 16;

/** One resource of so many is a group, to which its members come one by one. */
const GROUP_EVERY = 10;

/** A SCIM client of a server that is killed and moves; `origin` says where it is now. */
export function scimClient(origin: () => string, token: string): Ask {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  return async (method, path, body) => {
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    try {
      const answer = await fetch(`${origin()}/scim/v2${path}`, init);
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? {} : JSON.parse(text) };
    } catch {
      return undefined;
    }
  };
}

/** Creates the users who become members later on. */
export async function createMembers(ask: Ask, { changesEach }: Amount): Promise<string[]> {
  const members: string[] = [];
  while (members.length < changesEach - 1) {
    members.push(await created(ask, "/Users", "userName", `member-${members.length}@example.com`));
  }
  return members;
}

/**
 * Writes resources in many small changes. A request without an answer is sent again until there is
 * one; since each changes nothing the second time, the number of changes is known for certain.
 */
export async function writeChanges(
  ask: Ask,
  { resources, changesEach }: Amount,
  members: readonly string[],
): Promise<void> {
  let next = 0;
  const write = async () => {
    while (next < resources) {
      const number = next;
      next += 1;
      if (number % GROUP_EVERY === 0) await writeGroup(ask, number, members);
      else await writeUser(ask, number, changesEach);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

async function writeUser(ask: Ask, number: number, changes: number): Promise<void> {
  const id = await created(ask, "/Users", "userName", `user-${number}@example.com`);
  for (let change = 1; change < changes; change += 1) {
    const operation = { op: "replace", path: "title", value: `Title ${change}` };
    await patched(ask, `/Users/${id}`, operation);
  }
}

async function writeGroup(ask: Ask, number: number, members: readonly string[]): Promise<void> {
  const id = await created(ask, "/Groups", "displayName", `Group ${number}`);
  for (const value of members) {
    await patched(ask, `/Groups/${id}`, { op: "add", path: "members", value: [{ value }] });
  }
}

async function created(ask: Ask, path: string, attribute: string, name: string): Promise<string> {
  const { status, body } = await answered(ask, "POST", path, { [attribute]: name });
  if (status === 201 && body.id !== undefined) return body.id;
  if (status !== 409) throw new Error(`${name} was answered ${status}.`);
  // The server was killed behind the first one of two requests.
  const query = new URLSearchParams({ filter: `${attribute} eq "${name}"` });
  const found = await answered(ask, "GET", `${path}?${query}`);
  const id = found.body.Resources?.[0]?.id;
  if (id === undefined) throw new Error(`${name} is taken, and not to be found.`);
  return id;
}

async function patched(ask: Ask, path: string, operation: object): Promise<void> {
  const { status } = await answered(ask, "PATCH", path, { Operations: [operation] });
  if (status !== 200 && status !== 204) throw new Error(`${path} was answered ${status}.`);
}

async function answered(ask: Ask, ...request: Parameters<Ask>) {
  for (;;) {
    const answer = await ask(...request);
    if (answer !== undefined) return answer;
    await sleep(50);
  }
}
