/**
 * A table in Markdown.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/**
 * A number as people read it: 1,234,567.
 *
 * @param {number} value
 */
export function count(value) {
  return Math.round(value).toLocaleString("en");
}

/**
 * Milliseconds with as many digits as they deserve.
 *
 * @param {number} value
 */
export function ms(value) {
  return value < 10 ? value.toFixed(1) : count(value);
}
