import { asc, eq, gte } from "drizzle-orm";
import TABLE from "#drizzle/webhook/0002_held.sql";
import type { ConnectorId } from "#store/connector-id.ts";
import { objectStatement } from "#store/object-statement.ts";
import { doNothing, insertRows } from "#store/rows.ts";
import { build, named } from "#store/statement.ts";
import { held } from "./schema.ts";

/** A connector whose changes are held back, and the seq up to which they were taken over before. */
export interface HeldConnector {
  readonly connectorId: ConnectorId;
  readonly position: number;
}

/**
 * The connectors whose changes an endpoint of several passed by, because they are staged or disabled: their
 * changes are taken over behind these seqs once nothing holds them back.
 */
export class HeldConnectors {
  constructor(private readonly storage: DurableObjectStorage) {}

  /** Makes the table where it is missing. */
  open(): void {
    this.storage.sql.exec(TABLE);
  }

  /** All of them. */
  list(): readonly HeldConnector[] {
    return LIST.rows(this.storage.sql, {});
  }

  /** Holds a connector back from a seq on; one that is held already stays as it is. */
  hold({ connectorId, position }: HeldConnector): void {
    HOLD.run(this.storage.sql, { connectorId, position });
  }

  /** Notes up to where the changes of a held connector were taken over; null lets it go. */
  moveOn(connectorId: ConnectorId, position: number | null): void {
    if (position === null) RELEASE.run(this.storage.sql, { connectorId });
    else MOVE_ON.run(this.storage.sql, { connectorId, position });
  }

  /** Forgets those that were held back behind a position: everything behind it is looked at once more. */
  rewind(position: number): void {
    DROP_BEHIND.run(this.storage.sql, { position });
  }
}

const LIST = objectStatement()(() =>
  build
    .select(named({ connectorId: held.connectorId, position: held.position }))
    .from(held)
    .orderBy(asc(held.connectorId)),
);

const HOLD = objectStatement<{ connectorId: ConnectorId; position: number }>()((given) =>
  insertRows(
    held,
    { connectorId: given.connectorId, position: given.position },
    { onConflict: doNothing },
  ),
);

const MOVE_ON = objectStatement<{ connectorId: ConnectorId; position: number }>()((given) =>
  insertRows(
    held,
    { connectorId: given.connectorId, position: given.position },
    { isReplacing: true },
  ),
);

const RELEASE = objectStatement<{ connectorId: ConnectorId }>()(({ connectorId }) =>
  build.delete(held).where(eq(held.connectorId, connectorId)),
);

const DROP_BEHIND = objectStatement<{ position: number }>()(({ position }) =>
  build.delete(held).where(gte(held.position, position)),
);
