import { type Problem, unfitCursor } from "#http/admin/call/problem.ts";
import type { Connector } from "#store/admin/connectors.ts";

/** Where a list over connectors goes on. */
export interface ListPlace {
  /** The id of the connector with which it goes on; empty at its beginning. */
  readonly connector: string;
  /** The connector, if the list may go on there; 400 where the place is in another one. */
  readonly of: (connector: Connector) => Connector;
  /** Where in a connector it goes on: at its beginning unless it is the one of the place. */
  readonly cursorIn: (connector: Connector) => string;
}

/** Writes the place in a connector where a list goes on, of its own cursor there; empty at its beginning. */
export function encodePlace({ id }: Connector, cursor: string): string {
  return `${id}.${cursor}`;
}

/** Reads a place; 400 for what no list gave out. The cursor in it is read, and refused, with its connector. */
export function decodePlace(after: string | undefined): ListPlace {
  const [, connector = "", cursor = ""] = PLACE.exec(after ?? "") ?? [];
  if (after && connector === "") throw noPlace();
  return {
    connector,
    of: (one) => {
      if (connector !== "" && connector !== one.id) throw noPlace();
      return one;
    },
    cursorIn: ({ id }) => (id === connector ? cursor : ""),
  };
}

const PLACE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(.*)$/;

function noPlace(): Problem {
  return unfitCursor("after");
}
