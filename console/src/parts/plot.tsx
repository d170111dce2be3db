import { Box, Group, Stack, Text } from "@mantine/core";

/** What the bars of a plot are made of, and under which name the style sheet has its colour. */
export interface Layer {
  readonly name: string;
  readonly tone: "good" | "quiet" | "bad" | "fault";
}

/** One bar: what it is called, and how much of each layer it has. */
export interface Bar {
  readonly key: string;
  readonly label: string;
  readonly amounts: readonly number[];
}

const VIEW = { width: 600, height: 120 } as const;
const NUMBER = new Intl.NumberFormat();

/** A number as the reader writes it. */
export function inDigits(value: number): string {
  return NUMBER.format(value);
}

/** So many of something: in the singular for one. */
export function inNumber(count: number, one: string, several: string): string {
  return `${inDigits(count)} ${count === 1 ? one : several}`;
}

/** A round number that is at least as large: where the axis of a plot ends. */
export function axisEnd(most: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  const step = [1, 2, 5, 10].find((each) => each * magnitude >= most) ?? 10;
  return step * magnitude;
}

/** Amounts over time as stacked bars with their unit and sums; whoever does not see it hears the sums. */
export function Plot({
  title,
  unit,
  layers,
  bars,
}: {
  readonly title: string;
  readonly unit: string;
  readonly layers: readonly Layer[];
  readonly bars: readonly Bar[];
}) {
  const totals = bars.map(({ amounts }) => amounts.reduce((sum, each) => sum + each, 0));
  const end = axisEnd(Math.max(0, ...totals));
  const sums = layers.map((layer, at) => ({
    ...layer,
    sum: bars.reduce((total, { amounts }) => total + (amounts[at] ?? 0), 0),
  }));
  const spoken = sums.map(({ name, sum }) => `${inDigits(sum)} ${name}`).join(", ");
  const [first] = bars;
  const last = bars.at(-1);
  const width = VIEW.width / Math.max(1, bars.length);
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Group gap="md">
          {sums.map(({ name, tone, sum }) => (
            <Group key={name} gap={6}>
              <span className="swatch" data-tone={tone} />
              <Text size="sm">
                {inDigits(sum)} {name}
              </Text>
            </Group>
          ))}
        </Group>
        <Text size="xs" c="dimmed">
          full height: {inDigits(end)} {unit}
        </Text>
      </Group>
      <Box className="plot">
        <svg
          role="img"
          aria-label={`${title}: ${spoken}`}
          viewBox={`0 0 ${VIEW.width} ${VIEW.height}`}
          preserveAspectRatio="none"
        >
          {bars.map(({ key, label, amounts }, at) => (
            <g key={key}>
              <title>
                {label}:{" "}
                {layers
                  .map(({ name }, layer) => `${inDigits(amounts[layer] ?? 0)} ${name}`)
                  .join(", ")}
              </title>
              <rect className="hover" x={at * width} y={0} width={width} height={VIEW.height} />
              {stacked(amounts, end).map(({ y, height }, layer) => (
                <rect
                  key={layers[layer]?.name}
                  data-tone={layers[layer]?.tone}
                  x={at * width + width * 0.1}
                  y={y}
                  width={width * 0.8}
                  height={height}
                />
              ))}
            </g>
          ))}
        </svg>
      </Box>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {first?.label}
        </Text>
        <Text size="xs" c="dimmed">
          {last?.label}
        </Text>
      </Group>
    </Stack>
  );
}

/** Where each layer of a bar begins and how high it is, the first one at the bottom; a small one can be seen. */
function stacked(amounts: readonly number[], end: number) {
  let y: number = VIEW.height;
  return amounts.map((amount) => {
    const height = amount === 0 ? 0 : Math.max(2, (amount / end) * VIEW.height);
    y = Math.max(0, y - height);
    return { y, height };
  });
}
