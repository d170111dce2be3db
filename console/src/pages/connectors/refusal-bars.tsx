import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, bodyOf } from "../../api/client.ts";
import { refusedIn } from "./refused-in.ts";

const BAR = { width: 4, gap: 1, height: 20 } as const;

/** What was refused in the last day as small bars, one for each hour, and the number beside them. */
export function RefusalBars({ id }: { readonly id: string }) {
  const { data } = useQuery({
    queryKey: ["activity", id, "hour"],
    queryFn: () => bodyOf(api.GET("/connectors/{id}/activity", { params: { path: { id } } })),
    staleTime: 60_000,
  });
  if (data === undefined) return null;
  const counts = data.items.map(refusedIn);
  const sum = counts.reduce((total, each) => total + each, 0);
  const most = Math.max(1, ...counts);
  return (
    <Group gap="xs" wrap="nowrap">
      <svg
        className="bars"
        role="img"
        aria-label={`${sum} requests were refused in the last 24 hours`}
        width={counts.length * (BAR.width + BAR.gap)}
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
        {sum}
      </Text>
    </Group>
  );
}
