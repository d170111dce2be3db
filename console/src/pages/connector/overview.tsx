import { Alert, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { CopyValue } from "../../parts/copy.tsx";
import { Moment } from "../../parts/moment.tsx";
import { LinkButton, PlainLink } from "../../parts/plain-link.tsx";
import { inDigits, inNumber } from "../../parts/plot.tsx";
import { Failure, Loading } from "../../parts/states.tsx";
import { TimesInWords } from "../../parts/times-in-words.tsx";
import { ActivityOverTime } from "./activity.tsx";
import { type Concern, concernsOf } from "./concerns.ts";
import { EventList } from "./log/event-list.tsx";
import { alertInWords, capital } from "./log/headline.ts";
import type { OfConnector } from "./of-connector.ts";

const LAST = 5;

/** How a connector is doing: what needs attention, its counts, its requests over time, and what was refused last. */
export function Overview({ connector }: OfConnector) {
  const { id, scimBaseUrl, createdAt, modifiedAt } = connector;
  return (
    <Stack gap="lg">
      <Concerns connector={connector} />
      <Counts connector={connector} />
      <ActivityOverTime id={id} />
      <LastRefusals id={id} />
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
    </Stack>
  );
}

/** What there is and what moves, each with the page that shows it. */
function Counts({ connector }: OfConnector) {
  const { id, users, groups, parkedMembers, lastRequestAt, lastError, bridge, webhooks, held } =
    connector;
  const base = `/connectors/${id}`;
  const facts: readonly Fact[] = [
    {
      label: "Active users",
      value: inDigits(users.active),
      note: `${inDigits(users.inactive)} inactive, ${inDigits(users.deleted)} deleted`,
      to: `${base}/users`,
    },
    {
      label: "Groups",
      value: inDigits(groups),
      note:
        parkedMembers === 0
          ? "no member waits"
          : inNumber(parkedMembers, "member waits", "members wait"),
      to: `${base}/groups`,
    },
    {
      label: "Last request",
      value: lastRequestAt === null ? "none yet" : <Moment time={lastRequestAt} far />,
      note: lastError === null ? "no error yet" : <LastError error={lastError} />,
      to: lastError === null ? `${base}/log` : `${base}/log?event=${lastError.eventId}`,
    },
    {
      label: "Bridge",
      value: bridge === null ? "none" : bridge.paused ? "paused" : bridge.state,
      note: bridge !== null && (
        <>
          last success <Moment time={bridge.lastSucceededAt} far />
        </>
      ),
      to: `${base}/bridge`,
    },
    {
      label: "Held",
      value: inDigits(held),
      note: "switch-offs that wait for you",
      to: `${base}/held`,
    },
    {
      label: "Webhooks",
      value: webhooks.active === 0 ? "none active" : `${webhooks.active} active`,
      note: inNumber(webhooks.waiting, "delivery waits", "deliveries wait"),
      to: `${base}/webhooks`,
    },
  ];
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
      {facts.map((fact) => (
        <FactCard key={fact.label} fact={fact} />
      ))}
    </SimpleGrid>
  );
}

interface Fact {
  readonly label: string;
  readonly value: ReactNode;
  readonly note: ReactNode;
  readonly to: string;
}

function FactCard({ fact: { label, value, note, to } }: { readonly fact: Fact }) {
  return (
    <Card withBorder p="sm">
      <Text size="xs" c="dimmed">
        <PlainLink to={to}>{label}</PlainLink>
      </Text>
      <Text fw={600} size="lg" component="div">
        {value}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {note}
      </Text>
    </Card>
  );
}

function LastError({
  error,
}: {
  readonly error: { readonly time: string; readonly status: number };
}) {
  return (
    <>
      last error {error.status}, <Moment time={error.time} far />
    </>
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
        <Text size="sm">
          <PlainLink to={`/connectors/${id}/log?status=4xx`}>All of them</PlainLink>
        </Text>
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
  const hasBridge = connector.bridge !== null;
  const { data } = useQuery({
    queryKey: ["connector", id, "concerns", hasBridge],
    queryFn: async () => {
      const path = { id };
      const [bridge, tokens, webhooks, alerts] = await Promise.all([
        hasBridge ? bodyOf(api.GET("/connectors/{id}/bridge", { params: { path } })) : undefined,
        bodyOf(api.GET("/connectors/{id}/tokens", { params: { path } })),
        bodyOf(api.GET("/connectors/{id}/webhooks", { params: { path } })),
        bodyOf(
          api.GET("/connectors/{id}/events", {
            params: { path, query: { method: "ALERT", limit: 3 } },
          }),
        ),
      ]);
      return {
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
  if (concerns.length === 0 && data.alerts.length === 0) return null;
  return (
    <Stack gap="xs" component="section" aria-label="What needs attention">
      {concerns.map((concern) => (
        <ConcernAlert key={concern.title} id={id} concern={concern} />
      ))}
      {data.alerts.length > 0 && <Alerts id={id} alerts={data.alerts} />}
    </Stack>
  );
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
            {capital(alertInWords(path))}, <Moment time={time} far />
            {explanation !== null && (
              <>
                : <TimesInWords text={explanation} />
              </>
            )}
          </Text>
        ))}
        <PlainLink to={`/connectors/${id}/log?method=ALERT`}>All alerts</PlainLink>
      </Stack>
    </Alert>
  );
}
