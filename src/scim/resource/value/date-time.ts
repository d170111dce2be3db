/**
 * Reads a dateTime of RFC 7643 §2.3.5 (xsd:dateTime with a time zone, as RFC 3339 writes it) as
 * milliseconds since 1970, or undefined when the text names no instant.
 */
export function parseDateTime(text: string): number | undefined {
  const parts = DATE_TIME.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const day = Number(parts.day);
  if (day > daysInMonth(Number(parts.year), Number(parts.month))) return undefined;
  const instant = Date.parse(text.toUpperCase());
  return Number.isNaN(instant) ? undefined : instant;
}

const DATE_TIME =
  /^(?<year>\d{4})-(?<month>0[1-9]|1[0-2])-(?<day>0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** Day 0 of the next month; Date rolls 30 February over into March instead of refusing it. */
function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
