/** What one request cost in D1. */
export interface Cost {
  roundTrips: number;
  rowsRead: number;
  rowsWritten: number;
}

/** A D1 binding that counts what goes through it into `cost`. */
export function countingDatabase(db: D1Database, cost: Cost): D1Database {
  const count = (results: readonly D1Result[]) => {
    cost.roundTrips += 1;
    for (const { meta } of results) {
      cost.rowsRead += meta.rows_read;
      cost.rowsWritten += meta.rows_written;
    }
  };
  return wrapDatabase(db, async (run) => {
    const results = await run();
    count(results);
    return results;
  });
}

/** Runs one D1 call; what it returns or throws is what the caller of D1 gets. */
export type Interceptor = (run: () => Promise<D1Result[]>) => Promise<D1Result[]>;

/** A D1 binding whose every round trip goes through an interceptor. */
export function wrapDatabase(db: D1Database, intercept: Interceptor): D1Database {
  const originals = new WeakMap<object, D1PreparedStatement>();
  const wrapStatement = (statement: D1PreparedStatement): D1PreparedStatement => {
    const one = async () => (await intercept(async () => [await statement.all()]))[0];
    const wrapped = {
      bind: (...values: unknown[]) => wrapStatement(statement.bind(...values)),
      all: one,
      run: one,
      first: async () => (await one())?.results[0] ?? null,
    };
    originals.set(wrapped, statement);
    // It has every method that the store calls.
    return wrapped as unknown as D1PreparedStatement;
  };
  const wrapped = {
    prepare: (text: string) => wrapStatement(db.prepare(text)),
    batch: (statements: D1PreparedStatement[]) =>
      intercept(() => db.batch(statements.map((each) => originals.get(each) ?? each))),
  };
  return wrapped as unknown as D1Database;
}
