import { Badge, Button, Group, Modal, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf } from "../../../api/client.ts";
import { useList } from "../../../api/pages.ts";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { type FreshSecret, SecretOnce } from "../../../parts/secret-once.tsx";
import { Failure, Nothing } from "../../../parts/states.tsx";
import { WideTable } from "../../../parts/wide-table.tsx";
import type { OfConnector } from "../of-connector.ts";

/** Where a connector's changes are delivered. */
export function Webhooks({ connector: { id } }: OfConnector) {
  const isAllowed = useMay("operator");
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<FreshSecret>();
  const listed = useList(["webhooks", id], () =>
    bodyOf(
      api.GET("/connectors/{id}/webhooks", {
        params: { path: { id } },
      }),
    ),
  );
  return (
    <Stack>
      <Heading order={2} title="Webhooks" about="Each change is delivered there, signed.">
        {isAllowed && (
          <Button size="xs" onClick={() => setMaking(true)}>
            New webhook
          </Button>
        )}
      </Heading>
      <List
        listed={listed}
        empty={
          <Nothing title="No webhook yet">
            Your application hears of each change at once, or reads the feed by itself.
          </Nothing>
        }
      >
        {(webhooks) => (
          <WideTable minWidth={480} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Webhook</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Made</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {webhooks.map(({ id: webhookId, name, url, status, disabledReason, createdAt }) => (
                <Table.Tr key={webhookId}>
                  <Table.Td>
                    <Link className="row-link" to={`/connectors/${id}/webhooks/${webhookId}`}>
                      {name ?? url}
                    </Link>
                    {name !== null && (
                      <Text size="xs" c="dimmed" className="code">
                        {url}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Badge color={status === "active" ? "green" : "gray"}>{status}</Badge>{" "}
                    {disabledReason}
                  </Table.Td>
                  <Table.Td>
                    <Moment time={createdAt} far />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </WideTable>
        )}
      </List>
      <NewWebhook id={id} opened={isMaking} close={() => setMaking(false)} show={setSecret} />
      <SecretOnce secret={secret} close={() => setSecret(undefined)} />
    </Stack>
  );
}

function NewWebhook({
  id,
  opened,
  close,
  show,
}: {
  readonly id: string;
  readonly opened: boolean;
  readonly close: () => void;
  readonly show: (secret: FreshSecret) => void;
}) {
  const [url, setUrl] = useState("");
  const [name, setName] = useState("");
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST("/connectors/{id}/webhooks", {
          params: { path: { id } },
          body: { url: url.trim(), ...(name.trim() !== "" && { name: name.trim() }) },
        }),
      ),
    onSuccess: async ({ secret }) => {
      setUrl("");
      setName("");
      close();
      show({
        title: "New webhook",
        values: [{ label: "Signing secret", value: secret }],
        note: "The receiver checks each delivery with it (Standard Webhooks).",
      });
      await queries.invalidateQueries({ queryKey: ["webhooks", id] });
    },
  });
  return (
    <Modal opened={opened} onClose={close} title="New webhook" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!mutation.isPending) mutation.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Address"
            placeholder="https://app.example.com/scim-events"
            required
            withAsterisk={false}
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="Name"
            value={name}
            maxLength={200}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {mutation.error !== null && <Failure error={mutation.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={mutation.isPending}>
              Make it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
