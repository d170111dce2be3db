import { unfitCursor } from "./problem.ts";

/** Writes where a list goes on as an opaque cursor; null on the last page. */
export function encodeCursor(position: string | undefined): string | null {
  return position === undefined ? null : btoa(position).replace(/={1,2}$/, "");
}

/** Reads a cursor that holds the id of a list's last item; 400 for what no list gave out. */
export function decodeIdCursor(cursor: string | undefined): string | undefined {
  return decodeCursor(cursor, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
}

/** Reads a cursor that holds how many items came before; 400 for what no list gave out. */
export function decodeOffsetCursor(cursor: string | undefined): number {
  return Number(decodeCursor(cursor, /^\d{1,9}$/) ?? 0);
}

function decodeCursor(cursor: string | undefined, shape: RegExp): string | undefined {
  if (cursor === undefined || cursor === "") return undefined;
  const position = decoded(cursor);
  if (shape.test(position)) return position;
  throw unfitCursor("cursor");
}

function decoded(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    return "";
  }
}
