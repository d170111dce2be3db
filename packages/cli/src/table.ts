/** Lines of a table whose columns stand below each other. */
export function tableOf(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const lines = [heads, ...rows.map((row) => row.map(printable))];
  const widths = heads.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** What providers sent reaches the terminal without control characters, which could move its cursor. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "\u{FFFD}");
}
