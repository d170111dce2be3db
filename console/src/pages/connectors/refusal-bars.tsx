import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { inDigits } from "../../parts/plot.tsx";

const BAR = { width: 4, gap: 1, height: 20 } as const;
const HOURS = 24;

/** How many requests of a day were refused or met a fault, those of callers who were not let in among them. */
export function refusedOf({
  requests,
  refusals,
}: Pick<Schemas["Activity"]["items"][number], "requests" | "refusals">): number {
  return requests["4xx"] + requests["5xx"] + refusals["4xx"] + refusals["5xx"];
}

/** What was refused in the last day as small bars, one for each hour, and the number beside them. */
export function RefusalBars({
  id,
  lastDay,
}: {
  readonly id: string;
  readonly lastDay: Schemas["Connector"]["lastDay"];
}) {
  const sum = refusedOf(lastDay);
  const { data } = useQuery({
    // Without a refusal there is nothing that the hours could tell.
    enabled: sum > 0,
    queryKey: ["activity", id, "refused"],
    queryFn: () => bodyOf(api.GET("/connectors/{id}/activity", { params: { path: { id } } })),
    staleTime: 60_000,
  });
  const counts = data?.items.slice(-HOURS).map(refusedOf) ?? new Array<number>(HOURS).fill(0);
  const most = Math.max(1, ...counts);
  return (
    <Group gap="xs" wrap="nowrap">
      <svg
        className="bars"
        role="img"
        aria-label={`${sum} requests were refused in the last 24 hours`}
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
        {inDigits(sum)}
      </Text>
    </Group>
  );
}
