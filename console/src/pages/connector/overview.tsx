import { Alert, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { CopyValue } from "../../parts/copy.tsx";
import { Moment } from "../../parts/moment.tsx";
import { LinkButton, PlainLink } from "../../parts/plain-link.tsx";
import { Failure, Loading } from "../../parts/states.tsx";
import { ActivityPlot } from "./activity.tsx";
import { type Concern, concernsOf } from "./concerns.ts";
import { EventList } from "./log/event-list.tsx";
import type { OfConnector } from "./of-connector.ts";

const LAST = 5;

/** How a connector is doing: what needs attention, its address, and what was refused last. */
export function Overview({ connector }: OfConnector) {
  const { id, scimBaseUrl, createdAt, modifiedAt } = connector;
  const sees = useMay("operator", "read");
  return (
    <Stack gap="lg">
      {sees && <Concerns connector={connector} />}
      <Numbers connector={connector} />
      {sees && <ActivityPlot id={id} />}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Card withBorder>
          <Stack gap="sm">
            <Title order={2} size="h5">
              Address
            </Title>
            <CopyValue label="SCIM base URL" value={scimBaseUrl} />
            <Group>
              <LinkButton to={`/connectors/${id}/set-up`} variant="default" size="xs">
                Set up the provider
              </LinkButton>
            </Group>
          </Stack>
        </Card>
        <Card withBorder>
          <Stack gap={4}>
            <Title order={2} size="h5">
              This connector
            </Title>
            <Text size="sm">
              Made <Moment time={createdAt} />
            </Text>
            <Text size="sm">
              Changed <Moment time={modifiedAt} />
            </Text>
            <CopyValue label="Id" value={id} />
          </Stack>
        </Card>
      </SimpleGrid>
      {sees && <LastRefusals id={id} />}
    </Stack>
  );
}

function Numbers({ connector: { users, groups, parkedMembers, held } }: OfConnector) {
  const numbers: readonly (readonly [string, number])[] = [
    ["Active users", users.active],
    ["Inactive", users.inactive],
    ["Deleted, can be restored", users.deleted],
    ["Groups", groups],
    ["Members that wait", parkedMembers],
    ["Held", held],
  ];
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
      {numbers.map(([label, value]) => (
        <Card withBorder key={label} p="sm">
          <Text size="xs" c="dimmed">
            {label}
          </Text>
          <Text fw={600}>{value}</Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}

function LastRefusals({ id }: { readonly id: string }) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["events", id, "last refusals"],
    queryFn: () =>
      bodyOf(
        api.GET("/connectors/{id}/events", {
          params: { path: { id }, query: { status: "4xx", limit: LAST } },
        }),
      ),
  });
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h5">
          Last refusals
        </Title>
        <PlainLink to={`/connectors/${id}/log?status=4xx`}>All of them</PlainLink>
      </Group>
      {isPending ? (
        <Loading />
      ) : error !== null ? (
        <Failure error={error} again={refetch} />
      ) : data.items.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing was refused as far back as the log goes.
        </Text>
      ) : (
        <EventList id={id} events={data.items} />
      )}
    </Stack>
  );
}

/** What is to be looked at, each with the page where it is mended. */
function Concerns({ connector }: OfConnector) {
  const { id } = connector;
  const { data } = useQuery({
    queryKey: ["connector", id, "concerns"],
    queryFn: async () => {
      const path = { id };
      const [held, bridge, tokens, webhooks, alerts] = await Promise.all([
        bodyOf(api.GET("/connectors/{id}/held", { params: { path, query: { limit: 1 } } })),
        bodyOf(api.GET("/connectors/{id}/bridge", { params: { path } })).catch(noBridge),
        bodyOf(api.GET("/connectors/{id}/tokens", { params: { path } })),
        bodyOf(api.GET("/connectors/{id}/webhooks", { params: { path } })),
        bodyOf(
          api.GET("/connectors/{id}/events", {
            params: { path, query: { method: "ALERT", limit: 3 } },
          }),
        ),
      ]);
      return {
        held: held.total,
        bridge,
        tokens: tokens.items,
        webhooks: webhooks.items,
        alerts: alerts.items,
      };
    },
    staleTime: 30_000,
  });
  if (data === undefined) return null;
  const concerns = concernsOf(connector, data, Date.now());
  return (
    <Stack gap="xs" component="section" aria-label="What needs attention">
      {concerns.map((concern) => (
        <ConcernAlert key={concern.title} id={id} concern={concern} />
      ))}
      {data.alerts.length > 0 && <Alerts id={id} alerts={data.alerts} />}
    </Stack>
  );
}

function noBridge(error: unknown): undefined {
  if (error instanceof ApiProblem && error.status === 404) return undefined;
  throw error;
}

function ConcernAlert({ id, concern }: { readonly id: string; readonly concern: Concern }) {
  const { title, detail, page, isUrgent } = concern;
  return (
    <Alert color={isUrgent ? "red" : "yellow"} title={title}>
      <Text size="sm">
        {detail} <PlainLink to={`/connectors/${id}/${page}`}>Look at it</PlainLink>
      </Text>
    </Alert>
  );
}

function Alerts({
  id,
  alerts,
}: {
  readonly id: string;
  readonly alerts: readonly Schemas["Event"][];
}) {
  return (
    <Alert color="gray" title="Newest alerts">
      <Stack gap={4}>
        {alerts.map(({ id: eventId, path, time, explanation }) => (
          <Text size="sm" key={eventId}>
            <span className="code">{path}</span>, <Moment time={time} far />
            {explanation !== null && `: ${explanation}`}
          </Text>
        ))}
        <PlainLink to={`/connectors/${id}/log?method=ALERT`}>All alerts</PlainLink>
      </Stack>
    </Alert>
  );
}
