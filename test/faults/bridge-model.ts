import type { DatabaseSync } from "node:sqlite";
import type { JsonObject } from "#scim/json.ts";
import { type Directory, isLive } from "../support/fake-directory/directory.ts";
import type { Person } from "../support/fake-directory/person.ts";

/** What the directory has to hold of a person who was ever synced. */
interface ExpectedUser {
  readonly userName: string;
  readonly title: string | undefined;
  readonly active: boolean;
}

/** The people of a provider who were synced at some time, and how they and their groups have to be found. */
export class BridgeModel {
  private readonly known = new Map<number, ExpectedUser>();

  constructor(private readonly people: Directory) {}

  /** Takes over what a complete sync has to bring now. */
  synced(): void {
    const seen = new Set<number>();
    let from = 0;
    for (;;) {
      const { items, next } = this.people.walk({ from, limit: 1000, keep: isLive });
      for (const person of items) {
        seen.add(person.n);
        this.take(person);
      }
      if (next === undefined) break;
      from = next;
    }
    for (const [n, user] of this.known) {
      if (!seen.has(n)) this.known.set(n, { ...user, active: false });
    }
  }

  /** What a stopped server's database holds differently, and changes that changed nothing. */
  differences(database: DatabaseSync): readonly string[] {
    return [
      ...this.usersThatDiffer(database),
      ...this.groupsThatDiffer(database),
      ...changesOfNothing(database),
    ];
  }

  get size(): number {
    return this.known.size;
  }

  /** Groups by name, with the logins of those of their members who were ever synced. */
  private groupsThatDiffer(database: DatabaseSync): readonly string[] {
    const rows = database
      .prepare(
        `SELECT g.doc ->> 'displayName' AS name, json_group_array(u.doc ->> 'userName') AS members
         FROM resources g LEFT JOIN group_members m ON m.connector_id = g.connector_id AND m.group_id = g.id
           LEFT JOIN resources u ON u.connector_id = g.connector_id AND u.id = m.member_id AND u.type = 'User'
         WHERE g.type = 'Group' AND g.deleted_at IS NULL GROUP BY g.id`,
      )
      .all();
    const found = new Map(rows.map(({ name, members }) => [String(name), sorted(members)]));
    const expected = this.people.groups().map(({ name, people }) => {
      const logins = [...people].flatMap((n) => this.known.get(n)?.userName ?? []);
      return [name, JSON.stringify(logins.toSorted())] as const;
    });
    const wrong = expected.filter(([name, members]) => found.get(name) !== members);
    const names = new Set(expected.map(([name]) => name));
    const left = [...found.keys()].filter((name) => !names.has(name));
    return [
      ...wrong.map(([name, members]) => `${name}: ${found.get(name)} is not ${members}`),
      ...left.map((name) => `${name} is left`),
    ].slice(0, 20);
  }

  private take(person: Person): void {
    const isActive = person.status === "active" || person.status === "locked";
    if (person.isGuest || (!isActive && !this.known.has(person.n))) return;
    this.known.set(person.n, {
      userName: person.userName ?? "",
      title: person.title ?? undefined,
      active: isActive,
    });
  }

  private usersThatDiffer(database: DatabaseSync): readonly string[] {
    const expected = new Map([...this.known.values()].map((user) => [user.userName, user]));
    const wrong: string[] = [];
    const rows = database
      .prepare("SELECT doc, active FROM resources WHERE type = 'User' AND deleted_at IS NULL")
      .all();
    for (const { doc, active } of rows) {
      const { userName, title } = JSON.parse(String(doc)) as JsonObject;
      const user = expected.get(String(userName));
      expected.delete(String(userName));
      const isRight = user?.title === title && user?.active === (active === 1);
      if (!isRight) wrong.push(JSON.stringify({ found: { userName, title, active }, user }));
    }
    return [...wrong, ...[...expected.keys()].map((name) => `${name} is missing`)].slice(0, 20);
  }
}

/** The logins of a JSON list as one text; a group without members has a null. */
function sorted(list: unknown): string {
  const logins: readonly unknown[] = JSON.parse(String(list));
  return JSON.stringify(logins.filter((each) => typeof each === "string").toSorted());
}

/** Change rows whose resource is as the row before already said. */
function changesOfNothing(database: DatabaseSync): readonly string[] {
  const rows = database
    .prepare(
      `SELECT seq, type FROM (SELECT seq, type, json_remove(payload, '$.meta') AS body,
           lag(json_remove(payload, '$.meta')) OVER (PARTITION BY connector_id, resource_id ORDER BY version) AS former
         FROM changes WHERE resource_type = 'User')
       WHERE body = former LIMIT 20`,
    )
    .all();
  return rows.map(({ seq, type }) => `change ${seq} (${type}) changed nothing`);
}
