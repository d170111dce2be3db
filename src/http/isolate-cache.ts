import type { ResourceRecord } from "#scim/ports.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Access } from "#store/directory/access.ts";

const ENTRIES_MAX = 1_000;
const AGE_MAX_MS = 5 * 60_000;
/** With the parsed document, a thousand users of this size take 14 MB of the 128 MB of an isolate; most take a tenth. */
const USER_CHARACTERS_MAX = 4 * 1024;
/** Declarations of attributes are parsed too, and some connectors have very many. */
const TERMS_CHARACTERS_MAX = 8 * 1024;

/**
 * What this isolate saw in earlier requests: what tokens stand for, and users. It grants nothing and no
 * answer is made of it but that of a write whose commit proved all of it, in the batch that stores it.
 */
export class IsolateCache {
  private readonly accesses: Recent<Access>;
  private readonly users: Recent<ResourceRecord>;

  constructor(clock: Clock) {
    this.accesses = new Recent(clock);
    this.users = new Recent(clock);
  }

  /** What a token's hash stood for when it was last judged good. */
  access(tokenHash: string): Access | undefined {
    return this.accesses.get(tokenHash);
  }

  /** Keeps what a token's hash stands for; undefined forgets it, and so do very long settings. */
  keepAccess(tokenHash: string, access: Access | undefined): void {
    const { settings = "", attributes = "" } = access?.stored ?? {};
    const isKept = settings.length + attributes.length <= TERMS_CHARACTERS_MAX;
    this.accesses.set(tokenHash, isKept ? access : undefined);
  }

  /** A live user of a connector as it last was. */
  user(connectorId: ConnectorId, id: string): ResourceRecord | undefined {
    return this.users.get(keyOf(connectorId, id));
  }

  /** Keeps a user as it was read or stored; one that is large or deleted is forgotten. */
  keepUser(connectorId: ConnectorId, user: ResourceRecord): void {
    const characters = user.documentText.length + user.groupsText.length;
    const isKept = user.deletedAt === undefined && characters <= USER_CHARACTERS_MAX;
    this.users.set(keyOf(connectorId, user.id), isKept ? user : undefined);
  }

  /** Forgets a user who is not as remembered. */
  forgetUser(connectorId: ConnectorId, id: string): void {
    this.users.set(keyOf(connectorId, id), undefined);
  }
}

function keyOf(connectorId: ConnectorId, id: string): string {
  return `${connectorId}/${id}`;
}

/** The values used last, for a while. */
class Recent<T> {
  private readonly entries = new Map<string, { readonly value: T; readonly at: number }>();

  constructor(private readonly clock: Clock) {}

  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    // The clock may have been set back since.
    if (Math.abs(this.clock.now() - entry.at) <= AGE_MAX_MS) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: T | undefined): void {
    // A Map keeps the order of insertion: what was set last moves to its end.
    this.entries.delete(key);
    if (value === undefined) return;
    this.entries.set(key, { value, at: this.clock.now() });
    const [oldest] = this.entries.keys();
    if (this.entries.size > ENTRIES_MAX && oldest !== undefined) this.entries.delete(oldest);
  }
}
