import { Card, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { useFilter } from "../../parts/filters.ts";
import { Failure, Loading } from "../../parts/states.tsx";
import { refusedIn } from "../connectors/refused-in.ts";

const DAY_MS = 86_400_000;
const HEIGHT = 96;
const BAR = 10;

/** Requests over time, what was refused among them, by the hour of a day or the day of a month. */
export function ActivityPlot({ id }: { readonly id: string }) {
  const [span, setSpan] = useFilter("span");
  const isMonth = span === "month";
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["activity", id, isMonth ? "day" : "hour"],
    queryFn: () => {
      const from = new Date(Date.now() - 30 * DAY_MS).toISOString();
      const query = isMonth ? ({ step: "day", from } as const) : {};
      return bodyOf(api.GET("/connectors/{id}/activity", { params: { path: { id }, query } }));
    },
    staleTime: 60_000,
  });
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h5">
            Requests
          </Title>
          <SegmentedControl
            size="xs"
            aria-label="Of which time"
            value={isMonth ? "month" : "day"}
            onChange={(value) => setSpan(value === "month" ? "month" : "")}
            data={[
              { value: "day", label: "24 hours" },
              { value: "month", label: "30 days" },
            ]}
          />
        </Group>
        {isPending ? (
          <Loading />
        ) : data === undefined ? (
          <Failure error={error} again={refetch} />
        ) : (
          <Bars activity={data} />
        )}
      </Stack>
    </Card>
  );
}

function Bars({ activity: { items, step } }: { readonly activity: Schemas["Activity"] }) {
  const bars = items.map((item) => {
    const refused = refusedIn(item);
    return { time: item.time, done: item.requests["2xx"] + item.requests["3xx"], refused };
  });
  const done = bars.reduce((sum, each) => sum + each.done, 0);
  const refused = bars.reduce((sum, each) => sum + each.refused, 0);
  const most = Math.max(1, ...bars.map((each) => each.done + each.refused));
  return (
    <Stack gap={4}>
      <svg
        className="bars"
        role="img"
        aria-label={`${done} requests were answered and ${refused} refused`}
        viewBox={`0 0 ${bars.length * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        width="100%"
        height={HEIGHT}
      >
        {bars.map((each, at) => {
          const tall = (each.done / most) * (HEIGHT - 2);
          const red = (each.refused / most) * (HEIGHT - 2);
          return (
            <g key={each.time}>
              <title>{`${new Date(each.time).toLocaleString()}: ${each.done} answered, ${each.refused} refused`}</title>
              <rect
                data-has="done"
                x={at * BAR + 1}
                width={BAR - 2}
                y={HEIGHT - 1 - tall}
                height={tall + 1}
              />
              <rect
                data-has="yes"
                x={at * BAR + 1}
                width={BAR - 2}
                y={HEIGHT - 1 - tall - red}
                height={red}
              />
            </g>
          );
        })}
      </svg>
      <Text size="sm">
        {done} answered, {refused} refused; each bar is {step === "day" ? "a day (UTC)" : "an hour"}
        , the tallest {most} requests.
      </Text>
    </Stack>
  );
}
