import { Group, Text } from "@mantine/core";
import type { Schemas } from "../../api/client.ts";
import { countByHour, HOURS } from "./count-by-hour.ts";

const BAR = { width: 4, gap: 1, height: 20 } as const;

/** The refused requests of a day as small bars, one for each hour, and their number beside them. */
export function RefusalBars({
  from,
  events,
  isMore,
}: {
  readonly from: number;
  readonly events: readonly Schemas["Event"][];
  readonly isMore: boolean;
}) {
  const counts = countByHour(from, events);
  const sum = counts.reduce((total, each) => total + each, 0);
  const most = Math.max(1, ...counts);
  const words = `${sum}${isMore ? " or more" : ""}`;
  return (
    <Group gap="xs" wrap="nowrap">
      <svg
        className="bars"
        role="img"
        aria-label={`${words} requests were refused in the last 24 hours`}
        width={HOURS * (BAR.width + BAR.gap)}
        height={BAR.height}
      >
        {counts.map((count, hour) => {
          const height = count === 0 ? 2 : Math.max(4, (count / most) * BAR.height);
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: an hour is its place
              key={hour}
              data-has={count === 0 ? "no" : "yes"}
              x={hour * (BAR.width + BAR.gap)}
              y={BAR.height - height}
              width={BAR.width}
              height={height}
            />
          );
        })}
      </svg>
      <Text size="sm" c={sum === 0 ? "dimmed" : undefined}>
        {words}
      </Text>
    </Group>
  );
}
