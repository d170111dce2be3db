/** A line of RFC 4180, with its CRLF; no cell of it is a formula to a spreadsheet. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/**
 * What a spreadsheet takes for a formula: a sign, in its full-width and small forms too, behind blanks,
 * invisible characters and quotes that it passes over. It begins a cell, or what becomes one where the
 * spreadsheet cuts at semicolons, tabs or line breaks, as it does in many countries whatever is quoted.
 * A client chooses names and paths, and an administrator opens them. The blanks hold no break, so that
 * each character is looked at once for the break before it.
 */
const FORMULA =
  /(?:^|[;\t\n\v\f\r\u0085\u2028\u2029])(?=(?:(?![\t\n\v\f\r\u0085\u2028\u2029])[\p{Z}\p{C}"])*[=+\-@＝＋－＠﹦﹢﹣﹫])/gu;

function csvCell(value: string | number | null): string {
  if (typeof value !== "string") return String(value ?? "");
  const harmless = value.replace(FORMULA, "$&'");
  const text = /^[\t\r\n]/.test(harmless) ? `'${harmless}` : harmless;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
