import { seededRandom } from "../support/random.ts";
import { ADMIN_TOKEN } from "./server-process.ts";

/** A user as its one writer knows it from answers: what must be found again after a crash. */
interface KnownUser {
  readonly id: string;
  readonly userName: string;
  readonly title: string;
  readonly active: boolean;
}

/** A user that may be in one of several states: before or after a write whose answer never came. */
type Expected = readonly (KnownUser | undefined)[];

/** Writers that each own their users, so that every acknowledged state is known for certain. */
export interface WriteLoad {
  /** Writes until `acknowledgements` more writes were answered, or the server is gone. */
  readonly run: (origin: string, acknowledgements: number) => Promise<void>;
  /** Asks for every user and names each that is in none of the states it may be in. */
  readonly verify: (origin: string) => Promise<readonly string[]>;
  readonly acknowledged: () => number;
}

const WRITERS = 16;

/** Makes a connector and the writers of its users. */
export async function createWriteLoad(origin: string, seed: number): Promise<WriteLoad> {
  const token = await createConnector(origin);
  const random = seededRandom(seed);
  const writers = Array.from({ length: WRITERS }, (_, number) => new Writer(number, token, random));
  return {
    run: async (at, acknowledgements) => {
      const goal = total(writers) + acknowledgements;
      await Promise.all(writers.map((writer) => writer.write(at, () => total(writers) < goal)));
    },
    verify: async (at) => (await Promise.all(writers.map((writer) => writer.verify(at)))).flat(),
    acknowledged: () => total(writers),
  };
}

function total(writers: readonly Writer[]): number {
  return writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}

class Writer {
  acknowledged = 0;
  private readonly users = new Map<string, Expected>();
  private count = 0;

  constructor(
    private readonly number: number,
    private readonly token: string,
    private readonly random: () => number,
  ) {}

  async write(origin: string, goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      if (!(await this.writeOnce(origin))) return;
    }
  }

  async verify(origin: string): Promise<readonly string[]> {
    const wrong: string[] = [];
    for (const [userName, expected] of this.users) {
      const found = await this.find(origin, userName);
      if (expected.some((each) => isSame(each, found))) this.users.set(userName, [found]);
      else wrong.push(`${userName}: ${JSON.stringify({ found, expected })}`);
    }
    return wrong;
  }

  /** One write of any kind; false where no answer came, which leaves two states possible. */
  private async writeOnce(origin: string): Promise<boolean> {
    const before = this.pick();
    if (before === undefined) return await this.create(origin);
    const after = this.random() < 0.15 ? undefined : this.changed(before);
    this.users.set(before.userName, [before, after]);
    const answer = await this.ask(origin, `/Users/${before.id}`, ...requestOf(after));
    if (answer === undefined) return false;
    const isDone = answer.status === (after === undefined ? 204 : 200);
    if (!isDone) throw new Error(`${before.userName} was answered ${answer.status}.`);
    this.acknowledged += 1;
    this.users.set(before.userName, [after]);
    return true;
  }

  private async create(origin: string): Promise<boolean> {
    this.count += 1;
    const userName = `writer-${this.number}-${this.count}@example.com`;
    const user = { userName, title: "0", active: true, emails: [{ value: userName }] };
    const answer = await this.ask(origin, "/Users", "POST", user);
    if (answer === undefined) {
      // Whether it is there nobody knows, nor its id: verify finds it by name.
      this.users.set(userName, [undefined, { id: "", userName, title: "0", active: true }]);
      return false;
    }
    if (answer.status !== 201) throw new Error(`${userName} was answered ${answer.status}.`);
    this.acknowledged += 1;
    const { id } = (await answer.json()) as { id: string };
    this.users.set(userName, [{ id, userName, title: "0", active: true }]);
    return true;
  }

  /** A live user, in two cases of three; undefined makes a new one. */
  private pick(): KnownUser | undefined {
    if (this.random() < 0.34) return undefined;
    const live = [...this.users.values()].flatMap((states) => {
      const [only] = states;
      return states.length === 1 && only !== undefined && only.id !== "" ? [only] : [];
    });
    return live[Math.floor(this.random() * live.length)];
  }

  private changed(user: KnownUser): KnownUser {
    return this.random() < 0.3
      ? { ...user, active: !user.active }
      : { ...user, title: String(Number(user.title) + 1) };
  }

  private async find(origin: string, userName: string): Promise<KnownUser | undefined> {
    const query = new URLSearchParams({ filter: `userName eq "${userName}"` });
    const answer = await this.ask(origin, `/Users?${query}`, "GET");
    if (answer?.status !== 200) throw new Error(`No answer about ${userName}.`);
    const { Resources = [] } = (await answer.json()) as { Resources?: KnownUser[] };
    const [first, second] = Resources;
    if (second !== undefined) throw new Error(`${userName} is there twice.`);
    return first && { id: first.id, userName, title: first.title, active: first.active };
  }

  private async ask(
    origin: string,
    path: string,
    method: string,
    body?: object,
  ): Promise<Response | undefined> {
    const headers = { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" };
    try {
      const answer = await fetch(`${origin}/scim/v2${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return new Response(answer.status === 204 ? null : text, { status: answer.status });
    } catch {
      return undefined;
    }
  }
}

function requestOf(after: KnownUser | undefined): [string, object?] {
  if (after === undefined) return ["DELETE"];
  const value = { title: after.title, active: after.active };
  return ["PATCH", { Operations: [{ op: "replace", value }] }];
}

function isSame(expected: KnownUser | undefined, found: KnownUser | undefined): boolean {
  if (expected === undefined || found === undefined) return expected === found;
  const isId = expected.id === "" || expected.id === found.id;
  return isId && expected.title === found.title && expected.active === found.active;
}

async function createConnector(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/admin/v1/connectors`, {
    method: "POST",
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify({ name: "Faults" }),
  });
  const { token } = (await answer.json()) as { token: { secret: string } };
  return token.secret;
}
