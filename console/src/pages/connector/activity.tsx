import { Card, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { useFilter } from "../../parts/filters.ts";
import { type Bar, inDigits, type Layer, Plot } from "../../parts/plot.tsx";
import { Failure, Loading } from "../../parts/states.tsx";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const RANGES = [
  { value: "day", label: "24 hours", ms: DAY_MS, step: "hour" },
  { value: "week", label: "7 days", ms: 7 * DAY_MS, step: "hour" },
  { value: "month", label: "30 days", ms: 30 * DAY_MS, step: "day" },
  { value: "quarter", label: "90 days", ms: 90 * DAY_MS, step: "day" },
] as const;

/** What a bar is made of, from the bottom. */
const LAYERS: readonly Layer[] = [
  { name: "good (2xx)", tone: "good" },
  { name: "unchanged (3xx)", tone: "quiet" },
  { name: "refused (4xx)", tone: "bad" },
  { name: "faults (5xx)", tone: "fault" },
];

type Step = Schemas["Activity"]["items"][number];

/** A connector's requests over time by the class of their status; the range stands in the URL. */
export function ActivityOverTime({ id }: { readonly id: string }) {
  const [chosen, choose] = useFilter("range");
  const range = RANGES.find(({ value }) => value === chosen) ?? RANGES[0];
  const { data, error, refetch } = useQuery({
    queryKey: ["activity", id, range.value],
    queryFn: () => {
      // The whole hour, so that the question is the same for a while.
      const from = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS + HOUR_MS - range.ms);
      const query = { from: from.toISOString(), step: range.step };
      return bodyOf(api.GET("/connectors/{id}/activity", { params: { path: { id }, query } }));
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <Title order={2} size="h5">
            Requests over time
          </Title>
          <SegmentedControl
            size="xs"
            aria-label="Over how long"
            value={range.value}
            onChange={(value) => choose(value === RANGES[0].value ? "" : value)}
            data={RANGES.map(({ value, label }) => ({ value, label }))}
          />
        </Group>
        {error !== null ? (
          <Failure error={error} again={refetch} />
        ) : data === undefined ? (
          <Loading lines={6} />
        ) : (
          <>
            <Plot
              title={`Requests of the last ${range.label}`}
              unit={`requests an ${data.step}`.replace("an day", "a day")}
              layers={LAYERS}
              bars={data.items.map((item) => barOf(item, data.step))}
            />
            <Text size="xs" c="dimmed">
              {latencyInWords(data.items)}Callers who were not let in count as refused, a few
              minutes later.
            </Text>
          </>
        )}
      </Stack>
    </Card>
  );
}

const OF_HOUR = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
/** Days are those of UTC, whatever the reader's zone is. */
const OF_DAY = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  timeZone: "UTC",
});

/** The bar of an hour or a day: requests by class, with those who were not let in among the refused. */
export function barOf({ time, requests, refusals }: Step, step: "hour" | "day"): Bar {
  const at = new Date(time);
  return {
    key: time,
    label: step === "hour" ? OF_HOUR.format(at) : `${OF_DAY.format(at)} (UTC)`,
    amounts: [
      requests["2xx"],
      requests["3xx"],
      requests["4xx"] + refusals["4xx"],
      requests["5xx"] + refusals["5xx"],
    ],
  };
}

/** The mean latency of all requests, weighed by how many there were; nothing where there were none. */
export function latencyInWords(items: readonly Step[]): string {
  let requests = 0;
  let sumMs = 0;
  for (const { requests: byClass, meanLatencyMs } of items) {
    if (meanLatencyMs === null) continue;
    const count = Object.values(byClass).reduce((total, each) => total + each, 0);
    requests += count;
    sumMs += count * meanLatencyMs;
  }
  if (requests === 0) return "";
  return `A request took ${inDigits(Math.round(sumMs / requests))} ms on average. `;
}
