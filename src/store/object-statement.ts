import { type BuiltQuery, builtOnce, type Givens, type RowOf, valuesOf } from "./statement.ts";

/** A value that is bound to a statement on the tables of a Durable Object. */
type ObjectValue = string | number | null | ArrayBuffer | Uint8Array;

/** A statement on the tables of a Durable Object, which runs at once. */
export interface ObjectStatement<Given, Row> {
  readonly run: (storage: SqlStorage, given: Given) => void;
  /** Runs it, and gives its rows. */
  readonly rows: (storage: SqlStorage, given: Given) => readonly Row[];
}

/**
 * A query on the tables of a Durable Object, built on its first use and then only bound:
 * `objectStatement<{ id: string }>()((given) => build.select(...).where(eq(table.id, given.id)))`.
 */
export function objectStatement<
  Given extends Readonly<Record<string, ObjectValue>> = Readonly<Record<string, never>>,
>() {
  return <Query extends BuiltQuery>(
    query: (given: Givens<Given>) => Query,
  ): ObjectStatement<Given, RowOf<Query>> => {
    const built = builtOnce(query);
    const exec = (storage: SqlStorage, given: Given) => {
      const compiled = built();
      return storage.exec(compiled.text, ...valuesOf<ObjectValue>(compiled, given));
    };
    return {
      run: (storage, given) => {
        exec(storage, given);
      },
      // SqlStorage knows rows as columns of any type; the query names them.
      rows: (storage, given) => exec(storage, given).toArray() as RowOf<Query>[],
    };
  };
}
