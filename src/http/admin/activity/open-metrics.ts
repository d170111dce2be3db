/** The media type of the text (OpenMetrics 1.0). */
export const OPEN_METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** One value of a family, under the name of the family with a suffix. */
export interface Sample {
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all its samples; those of one histogram, or of one set of labels, stand together. */
export interface MetricFamily {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "info" | "stateset";
  /** The name ends with it. */
  readonly unit?: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Writes metrics as OpenMetrics text (1.0, "Text format"). */
export function openMetrics(families: readonly MetricFamily[]): string {
  return [...families.flatMap(linesOf), "# EOF", ""].join("\n");
}

function linesOf({ name, type, unit, help, samples }: MetricFamily): readonly string[] {
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escaped(help)}`,
    ...samples.map(
      ({ suffix = "", labels = {}, value }) => `${name}${suffix}${labelsText(labels)} ${value}`,
    ),
  ];
}

function labelsText(labels: NonNullable<Sample["labels"]>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
