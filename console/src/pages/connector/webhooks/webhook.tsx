import { Badge, Button, Card, Group, Select, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, done, type Schemas } from "../../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../../api/pages.ts";
import { Confirm } from "../../../parts/confirm.tsx";
import { useFilter } from "../../../parts/filters.ts";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { PlainLink } from "../../../parts/plain-link.tsx";
import { type FreshSecret, SecretOnce } from "../../../parts/secret-once.tsx";
import { Failure, Loading, Nothing } from "../../../parts/states.tsx";
import { complain, tell } from "../../../parts/told.ts";
import { WideTable } from "../../../parts/wide-table.tsx";
import type { OfConnector } from "../of-connector.ts";

/** One webhook of a connector. */
export function OneWebhook({ connector: { id } }: OfConnector) {
  return <WebhookPage list={`/connectors/${id}/webhooks`} />;
}

/** One webhook of any scope: where its deliveries stand, and what can be done about them. */
export function WebhookPage({
  list,
}: {
  /** Where the webhooks are listed that it is one of. */
  readonly list: string;
}) {
  const { webhookId = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["webhook", webhookId],
    queryFn: () => bodyOf(api.GET("/webhooks/{webhookId}", { params: { path: { webhookId } } })),
  });
  return (
    <Stack gap="lg">
      <Text size="sm">
        <PlainLink to={list}>Webhooks</PlainLink>
      </Text>
      {isPending ? (
        <Loading />
      ) : data === undefined ? (
        <Failure error={error} again={refetch} />
      ) : (
        <Known list={list} webhook={data} />
      )}
      <Deliveries webhookId={webhookId} />
    </Stack>
  );
}

function Known({
  list,
  webhook,
}: {
  readonly list: string;
  readonly webhook: Schemas["WebhookWithDelivery"];
}) {
  const { name, url, status, delivery } = webhook;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Waiting", delivery.waiting],
    ["Given up", delivery.dead],
    ["Last delivered", <Moment key="last" time={delivery.lastDeliveredAt} far />],
    [
      "Failing since",
      delivery.failingSince === null ? (
        "no"
      ) : (
        <Moment key="failing" time={delivery.failingSince} far />
      ),
    ],
  ];
  return (
    <Stack>
      <Heading
        order={2}
        title={name ?? url}
        about={
          <Group gap="xs">
            <Badge color={status === "active" ? "green" : "gray"}>{status}</Badge>
            <span className="code">{url}</span>
          </Group>
        }
      >
        <Acts list={list} webhook={webhook} />
      </Heading>
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {facts.map(([label, value]) => (
          <Card withBorder key={label} p="sm">
            <Text size="xs" c="dimmed">
              {label}
            </Text>
            <Text fw={600}>{value}</Text>
          </Card>
        ))}
      </SimpleGrid>
    </Stack>
  );
}

const DAY_SECONDS = 86_400;

function Acts({
  list,
  webhook,
}: {
  readonly list: string;
  readonly webhook: Schemas["WebhookWithDelivery"];
}) {
  const isAllowed = useMay("operator");
  const [secret, setSecret] = useState<FreshSecret>();
  const [isDeleting, setDeleting] = useState(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { id: webhookId, status, delivery, createdAt } = webhook;
  const params = { path: { webhookId } };
  const act = useMutation({
    mutationFn: async (what: () => Promise<unknown>) => await what(),
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: ["webhook", webhookId] });
      await queries.invalidateQueries({ queryKey: ["deliveries", webhookId] });
    },
    onError: complain,
  });
  if (!isAllowed) return null;
  const test = async () => {
    const { outcome } = await bodyOf(api.POST("/webhooks/{webhookId}/test", { params }));
    tell(`The test event was ${outcome}.`);
  };
  const rotate = async () => {
    const made = await bodyOf(
      api.POST("/webhooks/{webhookId}/rotate", {
        params,
        body: { overlapSeconds: DAY_SECONDS },
      }),
    );
    setSecret({
      title: "New signing secret",
      values: [{ label: "Signing secret", value: made.secret }],
      note: "Deliveries are signed with both for a day.",
    });
  };
  const replay = () =>
    bodyOf(
      api.POST("/webhooks/{webhookId}/replay", {
        params,
        body: { deadSince: createdAt },
      }),
    );
  const switchTo = (next: "active" | "disabled") =>
    bodyOf(api.PATCH("/webhooks/{webhookId}", { params, body: { status: next } }));
  const remove = async () => {
    await done(api.DELETE("/webhooks/{webhookId}", { params }));
    await queries.invalidateQueries({ queryKey: ["webhooks"] });
    await navigate(list);
  };
  const button = { size: "xs", variant: "default", disabled: act.isPending } as const;
  return (
    <Group gap="xs">
      <Button {...button} onClick={() => act.mutate(test)}>
        Send a test
      </Button>
      {delivery.dead > 0 && (
        <Button {...button} onClick={() => act.mutate(replay)}>
          Replay {delivery.dead} given up
        </Button>
      )}
      <Button {...button} onClick={() => act.mutate(rotate)}>
        New secret
      </Button>
      <Button
        {...button}
        onClick={() => act.mutate(() => switchTo(status === "active" ? "disabled" : "active"))}
      >
        {status === "active" ? "Disable" : "Enable"}
      </Button>
      <Button size="xs" variant="light" color="red" onClick={() => setDeleting(true)}>
        Delete
      </Button>
      <SecretOnce secret={secret} close={() => setSecret(undefined)} />
      <Confirm
        opened={isDeleting}
        close={() => setDeleting(false)}
        title="Delete a webhook"
        action="Delete"
        act={remove}
      >
        {delivery.waiting} events that wait and {delivery.dead} that were given up go with it.
      </Confirm>
    </Group>
  );
}

const OUTCOMES = ["delivered", "failed", "dead"] as const;

function Deliveries({ webhookId }: { readonly webhookId: string }) {
  const [chosen, setOutcome] = useFilter("outcome");
  const outcome = OUTCOMES.find((each) => each === chosen);
  const listed = useList(["deliveries", webhookId, outcome], (cursor) =>
    bodyOf(
      api.GET("/webhooks/{webhookId}/deliveries", {
        params: { path: { webhookId }, query: { outcome, cursor, limit: PAGE_ITEMS } },
      }),
    ),
  );
  return (
    <Stack>
      <Heading order={2} title="Deliveries" about="The newest tries." />
      <Select
        label="Outcome"
        w={160}
        allowDeselect={false}
        value={outcome ?? ""}
        onChange={(value) => setOutcome(value ?? "")}
        data={[
          { value: "", label: "Any" },
          { value: "delivered", label: "Delivered" },
          { value: "failed", label: "Failed, tried again" },
          { value: "dead", label: "Given up" },
        ]}
      />
      <List listed={listed} empty={<Nothing title="Nothing was delivered yet" />}>
        {(deliveries) => (
          <WideTable minWidth={560}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Time</Table.Th>
                <Table.Th>Event</Table.Th>
                <Table.Th>Outcome</Table.Th>
                <Table.Th>Took</Table.Th>
                <Table.Th>Answer</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {deliveries.map((each) => (
                <Table.Tr key={each.id}>
                  <Table.Td>
                    <Moment time={each.time} far />
                  </Table.Td>
                  <Table.Td>
                    {each.type}
                    <Text size="xs" c="dimmed">
                      try {each.attempt}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Badge color={each.outcome === "delivered" ? "green" : "red"}>
                      {each.outcome} {each.status}
                    </Badge>
                  </Table.Td>
                  <Table.Td>{each.latencyMs} ms</Table.Td>
                  <Table.Td className="code">{each.answer}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </WideTable>
        )}
      </List>
    </Stack>
  );
}
