import { isJsonObject, type JsonObject } from "#scim/json.ts";
import { type Directory, isLive, type LogEntry, type Page, type Walk } from "./directory.ts";
import { type Person, personOf } from "./person.ts";

/** How a step's records reach the bridge. */
export type Feed = "full" | "delta";

/**
 * A directory without groups whose records are given word by word, as a provider's own, so that a test says
 * what arrives: a whole listing, or the rows of what changed.
 */
export class RecordedDirectory implements Directory {
  /** All rows that there ever were; a person's ordinal is its place here. */
  readonly #rows: Person[] = [];
  /** Who is there, by the provider's id, in listing order. */
  #listed = new Map<string, Person>();
  #changed: readonly Person[] = [];
  #log: LogEntry[] = [];

  /** `isSorted`: the provider lists by id, whatever the order of the records. */
  constructor(
    public clock: number,
    private readonly isSorted = false,
  ) {}

  now = (): number => this.clock;

  /** What is there from now on; a delta's rows are laid over what was there. */
  play(feed: Feed, records: readonly JsonObject[]): void {
    if (feed === "full") this.#listed.clear();
    const rows = records.map((record) => this.#row(record));
    this.#changed = feed === "delta" ? rows : [];
    for (const row of rows) this.#list(row);
    if (this.isSorted)
      this.#listed = new Map([...this.#listed].sort(([a], [b]) => (a < b ? -1 : 1)));
    if (feed === "full") return;
    for (const { n } of rows) {
      this.#log.push({ seq: this.#log.length + 1, kind: "person", n, fields: [] });
    }
  }

  recorded = (id: string): Person | undefined => this.#listed.get(id);

  person = (n: number): Person | undefined => this.#rows[n];

  find = (): undefined => undefined;

  walk = ({ from, limit, keep, since }: Walk): Page<Person> => {
    const all = since === undefined ? [...this.#listed.values()] : this.#changed;
    const kept = all.filter(keep);
    const end = from + limit;
    return { items: kept.slice(from, end), next: end < kept.length ? end : undefined };
  };

  slice = (offset: number, limit: number): readonly Person[] =>
    this.walk({ from: offset, limit, keep: isLive }).items;

  liveCount = (): number => [...this.#listed.values()].filter(isLive).length;

  groups = (): readonly [] => [];

  group = (): undefined => undefined;

  seq = (): number => this.#log.length;

  logSince = (seq: number): readonly LogEntry[] => this.#log.slice(seq);

  apply = (): never => {
    throw new Error("A recorded directory changes by whole steps alone.");
  };

  #row(wire: JsonObject): Person {
    const person = personOf(this.#rows.length, {}, this.clock);
    // Google's way to say so; it lists such users apart.
    const removed = wire.deletionTime === undefined ? undefined : "soft";
    const row = { ...person, removed, wire } as const;
    this.#rows.push(row);
    return row;
  }

  #list(row: Person): void {
    const wire = row.wire ?? {};
    const id = String(wire.id ?? wire._id);
    if (isJsonObject(wire["@removed"])) {
      this.#listed.delete(id);
      return;
    }
    const former = this.#listed.get(id);
    this.#listed.set(id, { ...row, wire: { ...former?.wire, ...wire } });
  }
}
