import { setTimeout as sleep } from "node:timers/promises";
import type { Ask } from "#test/faults/webhooks/load.ts";

/** Requests that a provisioning client could send, chosen by chance, against what was made before. */
export interface RandomPushes {
  /** Sends so many more; one without an answer does not count. */
  readonly run: (count: number) => Promise<void>;
  /** How many were answered. */
  readonly done: () => number;
}

/** So many requests about users are under way at once. */
const CLIENTS = 8;

type Push = () => Promise<boolean>;

/** A push, and how often it comes in proportion to the others. */
type WeightedPush = readonly [number, Push];

/** Makes a client that has pushed nothing yet. */
export function createRandomPushes(ask: Ask, random: () => number): RandomPushes {
  const client = new RandomClient(ask, random);
  return { run: (count) => client.run(count), done: () => client.done };
}

class RandomClient {
  done = 0;
  private readonly users: string[] = [];
  private readonly groups: string[] = [];
  private made = 0;
  private lane: Promise<unknown> = Promise.resolve();
  private readonly userPushes: readonly WeightedPush[] = [
    [6, () => this.create(this.users, "/Users", this.newUser())],
    // Whoever was deleted comes back under the externalId.
    [2, () => this.create(this.users, "/Users", this.formerUser())],
    [6, () => this.patchUser({ op: "replace", path: "title", value: this.text() })],
    [3, () => this.patchUser({ op: "replace", path: "active", value: this.random() < 0.5 })],
    [2, () => this.patchUser({ op: "remove", path: "title" })],
    [3, () => this.send("PUT", `/Users/${this.one(this.users)}`, this.newUser())],
  ];
  private readonly groupPushes: readonly WeightedPush[] = [
    [2, () => this.remove(this.users, "/Users")],
    [2, () => this.create(this.groups, "/Groups", this.newGroup())],
    [5, () => this.addMembers(this.members())],
    [3, () => this.patchGroup({ op: "remove", path: this.memberPath() })],
    [1, () => this.addMembers([{ value: this.one(this.groups) }])],
    [2, () => this.patchGroup({ op: "replace", path: "displayName", value: this.text() })],
    [2, () => this.send("PUT", `/Groups/${this.one(this.groups)}`, this.newGroup())],
    [1, () => this.remove(this.groups, "/Groups")],
  ];
  private readonly pushes: readonly WeightedPush[] = [
    ...this.userPushes,
    ...this.groupPushes.map(([weight, push]) => [weight, () => this.inTurn(push)] as const),
  ];

  constructor(
    private readonly ask: Ask,
    private readonly random: () => number,
  ) {}

  async run(count: number): Promise<void> {
    const goal = this.done + count;
    const push = async () => {
      while (this.done < goal) {
        if (await this.choose()()) this.done += 1;
        else await sleep(50);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, push));
  }

  private choose(): Push {
    let left = this.random() * this.pushes.reduce((sum, [weight]) => sum + weight, 0);
    const chosen = this.pushes.find(([weight]) => {
      left -= weight;
      return left < 0;
    });
    return chosen?.[1] ?? (() => Promise.resolve(true));
  }

  /**
   * One after the other, as providers push a group and what it depends on: requests that race for one
   * membership move the group's version on without an event (docs/changes.md).
   */
  private inTurn(push: Push): Promise<boolean> {
    const turn = this.lane.then(push);
    this.lane = turn.catch(() => undefined);
    return turn;
  }

  /** Whether there was an answer; a refusal is one, since others may have been quicker. */
  private async send(
    method: string,
    path: string,
    body?: object,
    createdIds: string[] = [],
  ): Promise<boolean> {
    const answer = await this.ask(method, path, body);
    if (answer === undefined) return false;
    const { status } = answer;
    if (status >= 500) throw new Error(`${method} ${path} was answered ${status}.`);
    const { id } = answer.body;
    if (status === 201 && id !== undefined && !createdIds.includes(id)) createdIds.push(id);
    return true;
  }

  private create(ids: string[], path: string, body: object): Promise<boolean> {
    return this.send("POST", path, body, ids);
  }

  private remove(ids: string[], path: string): Promise<boolean> {
    const id = this.one(ids);
    if (ids.includes(id)) ids.splice(ids.indexOf(id), 1);
    return this.send("DELETE", `${path}/${id}`);
  }

  private patchUser(operation: object): Promise<boolean> {
    return this.send("PATCH", `/Users/${this.one(this.users)}`, { Operations: [operation] });
  }

  private patchGroup(operation: object): Promise<boolean> {
    return this.send("PATCH", `/Groups/${this.one(this.groups)}`, { Operations: [operation] });
  }

  private addMembers(value: readonly object[]): Promise<boolean> {
    return this.patchGroup({ op: "add", path: "members", value });
  }

  private newUser(): object {
    this.made += 1;
    const userName = `pushed-${this.made}@example.com`;
    return { userName, externalId: `pushed-${this.made}`, displayName: this.text() };
  }

  private newGroup(): object {
    this.made += 1;
    return { displayName: `Pushed ${this.made}`, members: this.members() };
  }

  private formerUser(): object {
    const externalId = `pushed-${Math.ceil(this.random() * this.made)}`;
    return { ...this.newUser(), externalId };
  }

  private memberPath(): string {
    return `members[value eq "${this.one(this.users)}"]`;
  }

  private members(): readonly object[] {
    // One whom nobody knows would be parked, which is no change of the directory.
    const count = this.users.length === 0 ? 0 : Math.ceil(this.random() * 6);
    return Array.from({ length: count }, () => ({ value: this.one(this.users) }));
  }

  private text(): string {
    return `Text ${Math.floor(this.random() * 1_000)}`;
  }

  private one(ids: readonly string[]): string {
    return ids[Math.floor(this.random() * ids.length)] ?? "none";
  }
}
