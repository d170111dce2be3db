import { Button, Card, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, bodyOf } from "../../api/client.ts";
import { Heading } from "../../parts/heading.tsx";
import { inDigits } from "../../parts/plot.tsx";
import { Failure, Loading } from "../../parts/states.tsx";
import {
  mostOf,
  quantile,
  type Sample,
  samplesOf,
  secondsInWords,
  sizeInWords,
  sumOf,
} from "./metrics.ts";

const EVERY_MS = 30_000;
const LATENCY = "scim_edge_request_latency_seconds";

interface Fact {
  readonly label: string;
  readonly value: string;
  readonly meaning: string;
  readonly isBad?: boolean;
}

/** How the gateway does, over all connectors that one sees: its metrics in words. */
export function Health() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["metrics"],
    queryFn: async () => samplesOf(await bodyOf(api.GET("/metrics", { parseAs: "text" }))),
    refetchInterval: EVERY_MS,
  });
  return (
    <Stack gap="lg">
      <Heading
        title="Health"
        about="Over all connectors that you see, up to a minute old. Programs read the same as OpenMetrics."
      >
        <Button
          variant="default"
          size="xs"
          component="a"
          href="/admin/v1/metrics"
          download="metrics.txt"
        >
          Metrics as text
        </Button>
      </Heading>
      {isPending ? (
        <Loading />
      ) : data === undefined ? (
        <Failure error={error} again={refetch} />
      ) : (
        partsOf(data).map(({ title, facts }) => (
          <Stack key={title} gap="xs" component="section" aria-label={title}>
            <Title order={2} size="h5">
              {title}
            </Title>
            <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
              {facts.map((fact) => (
                <FactCard key={fact.label} fact={fact} />
              ))}
            </SimpleGrid>
          </Stack>
        ))
      )}
    </Stack>
  );
}

function FactCard({ fact: { label, value, meaning, isBad } }: { readonly fact: Fact }) {
  return (
    <Card withBorder p="sm" style={isBad ? { borderColor: "var(--mantine-color-red-6)" } : {}}>
      <Text size="sm">{label}</Text>
      <Text fw={600} size="xl">
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {meaning}
      </Text>
    </Card>
  );
}

function partsOf(samples: readonly Sample[]) {
  return [
    { title: "Requests since the first", facts: requestFacts(samples) },
    { title: "Bridges", facts: bridgeFacts(samples) },
    { title: "Webhooks", facts: webhookFacts(samples) },
    { title: "Database", facts: databaseFacts(samples) },
  ].filter(({ facts }) => facts.length > 0);
}

function requestFacts(samples: readonly Sample[]): readonly Fact[] {
  const requests = (of: string) => sumOf(samples, "scim_edge_requests_total", { class: of });
  const faults = requests("5xx");
  const slow = quantile(samples, LATENCY, 0.99);
  const usual = quantile(samples, LATENCY, 0.5);
  const hasRequests = sumOf(samples, `${LATENCY}_count`) > 0;
  const within = (seconds: number | undefined) =>
    !hasRequests
      ? "no request yet"
      : seconds === undefined
        ? "over 2.5 s"
        : secondsInWords(seconds);
  return [
    {
      label: "Answered",
      value: inDigits(requests("2xx") + requests("3xx")),
      meaning: "2xx and 3xx",
    },
    {
      label: "Refused",
      value: inDigits(requests("4xx")),
      meaning: `4xx, and ${inDigits(sumOf(samples, "scim_edge_refusals_total"))} callers who were not let in`,
    },
    {
      label: "Faults",
      value: inDigits(faults),
      meaning: "5xx: the gateway could not answer",
      isBad: faults > 0,
    },
    { label: "Half of all took at most", value: within(usual), meaning: "of the Worker's time" },
    { label: "99 of 100 took at most", value: within(slow), meaning: "of the Worker's time" },
  ];
}

function bridgeFacts(samples: readonly Sample[]): readonly Fact[] {
  const inState = (state: string) =>
    sumOf(samples, "scim_edge_bridge_state", { scim_edge_bridge_state: state });
  const failing = inState("failed") + inState("disabled");
  const held = sumOf(samples, "scim_edge_held");
  const oldest = mostOf(samples, "scim_edge_bridge_last_success_age_seconds");
  return [
    {
      label: "Work",
      value: inDigits(inState("active") + inState("syncing") + inState("pending")),
      meaning: `${inDigits(sumOf(samples, "scim_edge_bridge_paused"))} of all are paused`,
    },
    {
      label: "Fail",
      value: inDigits(failing),
      meaning: "their last run failed, or they gave up after ten",
      isBad: failing > 0,
    },
    {
      label: "Longest without a success",
      value: oldest === undefined ? "none ran" : secondsInWords(oldest),
      meaning: "since the last run that succeeded",
    },
    {
      label: "Held",
      value: inDigits(held),
      meaning: "switch-offs that wait for an administrator, of push too",
      isBad: held > 0,
    },
  ];
}

function webhookFacts(samples: readonly Sample[]): readonly Fact[] {
  const oldest = mostOf(samples, "scim_edge_webhook_oldest_age_seconds");
  return [
    {
      label: "Active",
      value: inDigits(sumOf(samples, "scim_edge_webhook_active")),
      meaning: "of every scope that you see",
    },
    {
      label: "Waiting",
      value: inDigits(sumOf(samples, "scim_edge_webhook_waiting")),
      meaning:
        oldest === undefined || oldest === 0
          ? "deliveries"
          : `deliveries; the oldest event is ${secondsInWords(oldest)} old`,
    },
  ];
}

function databaseFacts(samples: readonly Sample[]): readonly Fact[] {
  const bytes = mostOf(samples, "scim_edge_database_size_bytes");
  if (bytes === undefined) return [];
  return [{ label: "Size", value: sizeInWords(bytes), meaning: "of the 10 GB that D1 allows" }];
}
