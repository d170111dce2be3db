/** A value of OpenMetrics text, with its labels. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const LINE = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i;
const LABEL = /([a-z_]\w*)="((?:[^"\\]|\\.)*)"/gi;

/** The values in OpenMetrics text; comments and what is none are passed over. */
export function samplesOf(text: string): readonly Sample[] {
  return text.split("\n").flatMap((line) => {
    const [, name, labels = "", value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map(
      ([, label = "", quoted = ""]) => [label, unescaped(quoted)] as const,
    );
    return [{ name, labels: new Map(pairs), value: Number(value) }];
  });
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, sign: string) => (sign === "n" ? "\n" : sign));
}

/** What all values of a name add up to; `labels` narrows them. */
export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return named(samples, name, labels).reduce((total, { value }) => total + value, 0);
}

/** The largest value of a name; undefined where there is none. */
export function mostOf(samples: readonly Sample[], name: string): number | undefined {
  const values = named(samples, name, {}).map(({ value }) => value);
  return values.length === 0 ? undefined : Math.max(...values);
}

function named(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>>,
): readonly Sample[] {
  return samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels.get(label) === value),
  );
}

/** Within how many seconds so large a share of all requests was answered; undefined where it took longer than all buckets. */
export function quantile(
  samples: readonly Sample[],
  histogram: string,
  share: number,
): number | undefined {
  const total = sumOf(samples, `${histogram}_count`);
  const buckets = named(samples, `${histogram}_bucket`, {});
  const bucket = buckets.find(({ value }) => total > 0 && value >= share * total);
  const seconds = Number(bucket?.labels.get("le"));
  return Number.isFinite(seconds) ? seconds : undefined;
}

const UNITS = ["bytes", "kB", "MB", "GB"] as const;

/** A size as a person reads it. */
export function sizeInWords(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1_000 ** power).toPrecision(3))} ${UNITS[power]}`;
}

/** So many seconds as a person reads them. */
export function secondsInWords(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h`
    : `${Math.round(seconds / 86_400)} days`;
}
