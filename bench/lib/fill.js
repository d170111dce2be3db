import { bodyOf, person } from "./people.js";

const CHUNK = 1000;

/**
 * Puts the people of the benchmark into connector 1 by SQL; the triggers count them as any others.
 *
 * @param {{ prepare: (text: string) => any, batch: (statements: any[]) => Promise<unknown> }} db
 * @param {number} count
 * @param {(done: number) => void} [say] told after each chunk how many are there
 */
export async function fillUsers(db, count, say = () => {}) {
  for (let from = 0; from < count; from += CHUNK) {
    const numbers = Array.from({ length: Math.min(CHUNK, count - from) }, (_, at) => from + at);
    const rows = JSON.stringify(numbers.map(rowOf));
    await db.batch([
      db
        .prepare(
          `INSERT INTO resources (connector_id, type, id, name_key, name_slot, external_id, active, version,
             created_at, modified_at, event_id, doc, folded)
           SELECT 1, 'User', value ->> 'id', value ->> 'name', '', value ->> 'externalId', 1, 1,
             1700000000000, 1700000000000, '', value ->> 'doc', value ->> 'doc' FROM json_each(?1)`,
        )
        .bind(rows),
      db
        .prepare(
          `INSERT INTO resource_values (connector_id, path, value_key, type_key, resource_id)
           SELECT 1, 'emails', value ->> 'name', 'work', value ->> 'id' FROM json_each(?1)`,
        )
        .bind(rows),
    ]);
    say(from + numbers.length);
  }
}

/** @param {number} n */
function rowOf(n) {
  const name = person.userName(n);
  const doc = bodyOf(name);
  return { id: person.id(n), name, externalId: doc.externalId, doc: JSON.stringify(doc) };
}
