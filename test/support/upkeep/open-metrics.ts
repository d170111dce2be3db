/** A sample of a metric, as it was read. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A family of metrics, as it was read. */
export interface ReadFamily {
  readonly type: string;
  readonly unit: string | undefined;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total"],
  gauge: [""],
  histogram: ["_bucket", "_count", "_sum"],
  info: ["_info"],
  stateset: [""],
};

/** Reads OpenMetrics text (1.0) by its rules; throws for what breaks one of them. */
export function readOpenMetrics(text: string): ReadonlyMap<string, ReadFamily> {
  if (!text.endsWith("# EOF\n")) throw new Error("The text does not end with # EOF and a newline.");
  const lines = text.slice(0, -"# EOF\n".length).split("\n");
  if (lines.pop() !== "") throw new Error("The last line has no newline.");
  const families = new Map<string, { -readonly [K in keyof ReadFamily]: ReadFamily[K] }>();
  let current = "";
  for (const line of lines) {
    const about = /^# (TYPE|UNIT|HELP) (\S+) (.*)$/.exec(line);
    if (about === null) {
      const family = families.get(current);
      if (family === undefined) throw new Error(`A sample before any family: ${line}`);
      const sample = readSample(line);
      const suffix = sample.name.slice(current.length);
      const isOf = sample.name.startsWith(current) && SUFFIXES[family.type]?.includes(suffix);
      if (!isOf) throw new Error(`Not of the ${family.type} ${current}: ${line}`);
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).toSorted()]);
      const isTwice = family.samples.some(
        (other) => JSON.stringify([other.name, Object.entries(other.labels).toSorted()]) === key,
      );
      if (isTwice) throw new Error(`Told twice: ${line}`);
      family.samples = [...family.samples, sample];
      continue;
    }
    const [, kind, name = "", value = ""] = about;
    if (kind === "TYPE") {
      if (families.has(name)) throw new Error(`The family ${name} stands in two places.`);
      current = name;
      families.set(name, { type: value, unit: undefined, help: "", samples: [] });
      continue;
    }
    const family = families.get(name);
    if (family === undefined || name !== current) throw new Error(`Not where ${name} is: ${line}`);
    if (family.samples.length > 0) throw new Error(`Behind its samples: ${line}`);
    if (kind === "HELP") family.help = unescaped(value);
    else family.unit = value;
    if (kind === "UNIT" && !name.endsWith(`_${value}`)) throw new Error(`Not in ${value}: ${name}`);
  }
  return families;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;

function readSample(line: string): ReadSample {
  const [, name, , labelsText = "", number] = SAMPLE.exec(line) ?? [];
  const value = Number(number);
  if (name === undefined || number === undefined || Number.isNaN(value)) {
    throw new Error(`No sample: ${line}`);
  }
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labelsText.length) {
    const [, label, text] = LABEL.exec(labelsText) ?? [];
    if (label === undefined || text === undefined || label in labels) {
      throw new Error(`Broken labels: ${line}`);
    }
    labels[label] = unescaped(text);
  }
  return { name, labels, value };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([\\"n])/g, (_, letter) => (letter === "n" ? "\n" : letter));
}
