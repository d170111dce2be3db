import type { DatabaseSync } from "node:sqlite";

/** What a client knows of the user it tried to create: an answer that it is there, nothing, or that it cannot be. */
export type Fate = "stored" | "unsure" | "never";

/** The users that broken clients named, and what has to be found of them. */
export class Ledger {
  private readonly fates = new Map<string, Fate>();

  /** A name that nobody else uses; until more is known, its user must not be there. */
  newName(): string {
    const name = `raw-${this.fates.size}@example.com`;
    this.fates.set(name, "never");
    return name;
  }

  /** Notes what is known of a name's user. */
  note(name: string, fate: Fate): void {
    this.fates.set(name, fate);
  }

  /**
   * What a stopped server's database holds otherwise than it has to: names too often or not at all,
   * users created by halves, requests in its event log that were answered 5xx.
   */
  differences(database: DatabaseSync): readonly string[] {
    return [...this.wrongCounts(database), ...halfCreatedIn(database), ...faultsIn(database)];
  }

  private wrongCounts(database: DatabaseSync): readonly string[] {
    const found = countsByName(database);
    return [...this.fates].flatMap(([name, fate]) => {
      const count = found.get(name) ?? 0;
      return ALLOWED[fate].includes(count) ? [] : [`${name} (${fate}) is there ${count} times`];
    });
  }
}

/** How many users of a name there may be. */
const ALLOWED: Readonly<Record<Fate, readonly number[]>> = {
  stored: [1],
  unsure: [0, 1],
  never: [0],
};

function countsByName(database: DatabaseSync): ReadonlyMap<string, number> {
  const rows = database
    .prepare(
      `SELECT doc ->> 'userName' AS name, count(*) AS live FROM resources
       WHERE type = 'User' AND deleted_at IS NULL GROUP BY 1`,
    )
    .all();
  return new Map(rows.map(({ name, live }) => [String(name), Number(live)]));
}

/** Users without the change and the log row of their creation, and such rows without a user. */
function halfCreatedIn(database: DatabaseSync): readonly string[] {
  return database
    .prepare(
      `WITH stored AS (SELECT connector_id, id FROM resources WHERE type = 'User'),
         logged AS (SELECT connector_id, resource_id, op_id FROM events WHERE status = 201),
         told AS (SELECT logged.connector_id, logged.resource_id FROM changes CROSS JOIN logged
           ON logged.connector_id = changes.connector_id AND op_id = event_id
           AND logged.resource_id = changes.resource_id)
       SELECT id AS found FROM (SELECT * FROM stored EXCEPT SELECT * FROM told)
       UNION SELECT resource_id FROM (SELECT connector_id, resource_id FROM logged EXCEPT SELECT * FROM stored)`,
    )
    .all()
    .map(({ found }) => `${found} is created by halves`);
}

function faultsIn(database: DatabaseSync): readonly string[] {
  return database
    .prepare("SELECT method, path, status, response_body AS body FROM events WHERE status >= 500")
    .all()
    .map(({ method, path, status, body }) => `${method} ${path}: ${status} ${body}`);
}
