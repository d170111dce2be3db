import { Alert, Badge, Button, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, done, type Schemas } from "../../../api/client.ts";
import { ApiProblem } from "../../../api/problem.ts";
import { Heading } from "../../../parts/heading.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { PlainLink } from "../../../parts/plain-link.tsx";
import { Failure, Loading } from "../../../parts/states.tsx";
import { complain, tell } from "../../../parts/told.ts";
import type { OfConnector } from "../of-connector.ts";
import { BridgeCheck } from "./bridge-check.tsx";
import { Exclusions } from "./exclusions.tsx";
import { OnePerson } from "./one-person.tsx";
import { Runs } from "./runs.tsx";
import { SetUpBridge } from "./set-up-bridge.tsx";
import { SOURCES } from "./sources.ts";

/** How often a bridge is looked at: while something goes on, and while nothing does. */
const BUSY_MS = 3_000;
const QUIET_MS = 15_000;

/** When a bridge is looked at next: a run may begin by itself at any time. */
function pauseFor(bridge: Schemas["Bridge"] | undefined): number {
  const isBusy = bridge?.state === "syncing" || bridge?.state === "pending";
  return isBusy && !bridge.paused ? BUSY_MS : QUIET_MS;
}

/** The Bridge of a connector: its state, what it holds, its runs; or how to set it up. */
export function Bridge({ connector }: OfConnector) {
  const { id } = connector;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["bridge", id],
    queryFn: () => bodyOf(api.GET("/connectors/{id}/bridge", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data === undefined ? false : pauseFor(state.data)),
  });
  if (isPending) return <Loading />;
  if (data !== undefined) return <BridgePages id={id} bridge={data} />;
  if (error instanceof ApiProblem && error.status === 404) {
    return <SetUpBridge connector={connector} />;
  }
  return <Failure error={error} again={refetch} />;
}

function BridgePages({ id, bridge }: { readonly id: string; readonly bridge: Schemas["Bridge"] }) {
  const isAllowed = useMay("operator");
  return (
    <Stack gap="xl">
      <State id={id} bridge={bridge} />
      {bridge.held > 0 && (
        <Alert color="yellow" title={`${bridge.held} are held`}>
          So many at once may be a mistake at the provider.{" "}
          <PlainLink to={`/connectors/${id}/held`}>Decide about them</PlainLink>
        </Alert>
      )}
      <Runs id={id} everyMs={pauseFor(bridge)} />
      {isAllowed && <BridgeCheck id={id} />}
      {isAllowed && <OnePerson id={id} />}
      <Exclusions id={id} bridge={bridge} />
    </Stack>
  );
}

const COLOURS: Readonly<Record<Schemas["Bridge"]["state"], string>> = {
  pending: "gray",
  syncing: "blue",
  active: "green",
  failed: "red",
  disabled: "red",
};

function State({ id, bridge }: { readonly id: string; readonly bridge: Schemas["Bridge"] }) {
  const { source, state, paused, linkedUsers, held, approved, nextSyncAt, lastRun } = bridge;
  const label = SOURCES.find(({ type }) => type === source.type)?.label ?? source.type;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Linked users", linkedUsers],
    ["Held", held],
    ["Approved, not done yet", approved],
    ["Next run", paused ? "when it is resumed" : <Moment key="next" time={nextSyncAt} far />],
  ];
  return (
    <Stack>
      <Heading
        order={2}
        title="Bridge"
        about={
          <Group gap="xs">
            <Badge color={COLOURS[state]}>{state}</Badge>
            {paused && <Badge color="yellow">paused</Badge>}
            <span>{label}</span>
            <span className="code">{"baseUrl" in source ? source.baseUrl : ""}</span>
          </Group>
        }
      >
        <Acts id={id} bridge={bridge} />
      </Heading>
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {facts.map(([name, value]) => (
          <Card withBorder key={name} p="sm">
            <Text size="xs" c="dimmed">
              {name}
            </Text>
            <Text fw={600}>{value}</Text>
          </Card>
        ))}
      </SimpleGrid>
      {lastRun?.error != null && (
        <Stack gap={4}>
          <Title order={3} size="h6">
            Why the last run failed
          </Title>
          <Text size="sm">{lastRun.error}</Text>
        </Stack>
      )}
    </Stack>
  );
}

/** What may be done with a bridge as it is now. */
function Acts({ id, bridge }: { readonly id: string; readonly bridge: Schemas["Bridge"] }) {
  const isAllowed = useMay("operator");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const params = { params: { path: { id } } };
  const renew = async () => {
    await queries.invalidateQueries({ queryKey: ["bridge", id] });
    await queries.invalidateQueries({ queryKey: ["runs", id] });
  };
  const act = useMutation({
    mutationFn: async (what: () => Promise<unknown>) => await what(),
    onSuccess: renew,
    onError: complain,
  });
  if (!isAllowed) return null;
  const plan = async () => {
    const { runId } = await bodyOf(api.POST("/connectors/{id}/bridge/plan", params));
    await navigate(`/connectors/${id}/bridge/runs/${runId}`);
  };
  const sync = async () => {
    await bodyOf(api.POST("/connectors/{id}/bridge/sync", params));
    tell("A run has begun.");
  };
  const busy = act.isPending;
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" disabled={busy} onClick={() => act.mutate(plan)}>
        Dry run
      </Button>
      {bridge.state === "disabled" ? (
        <Button
          size="xs"
          disabled={busy}
          onClick={() => act.mutate(() => done(api.POST("/connectors/{id}/bridge/enable", params)))}
        >
          Enable
        </Button>
      ) : bridge.paused ? (
        <Button
          size="xs"
          disabled={busy}
          onClick={() => act.mutate(() => done(api.POST("/connectors/{id}/bridge/resume", params)))}
        >
          Resume
        </Button>
      ) : (
        <>
          <Button
            size="xs"
            variant="default"
            disabled={busy}
            onClick={() =>
              act.mutate(() => done(api.POST("/connectors/{id}/bridge/pause", params)))
            }
          >
            Pause
          </Button>
          <Button size="xs" disabled={busy} onClick={() => act.mutate(sync)}>
            Run now
          </Button>
        </>
      )}
    </Group>
  );
}
