import { Text, type TextProps } from "@mantine/core";

const SHOWN = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** How long ago a moment is, or how far ahead, in words. */
export function distance(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1_000;
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  if (unit === undefined) return seconds < 0 ? "just now" : "in a moment";
  const [name, size] = unit;
  return RELATIVE.format(Math.trunc(seconds / size), name);
}

/** A moment in the reader's zone, with UTC where the mouse rests; `far` shows how long ago it is instead. */
export function Moment({
  time,
  far = false,
  ...text
}: { readonly time: string | null; readonly far?: boolean } & TextProps) {
  if (time === null) {
    return (
      <Text span c="dimmed" inherit={text.size === undefined} {...text}>
        never
      </Text>
    );
  }
  const shown = SHOWN.format(new Date(time));
  return (
    <Text span inherit={text.size === undefined} {...text}>
      <time dateTime={time} title={far ? `${shown}, ${time} (UTC)` : `${time} (UTC)`}>
        {far ? distance(time, Date.now()) : shown}
      </time>
    </Text>
  );
}
