import { Problem } from "./problem.ts";

/** Writes where a list goes on as an opaque cursor. */
export function encodeCursor(position: string | undefined): string | null {
  return position === undefined ? null : btoa(position).replace(/=+$/, "");
}

/** Reads a cursor that encodeCursor wrote; 400 for anything else. */
export function decodeCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined || cursor === "") return undefined;
  try {
    return atob(cursor);
  } catch {
    throw new Problem(400, "This cursor is none that a list gave out. Start again without one.");
  }
}
