import { Badge, Button, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { useList } from "../../../api/pages.ts";
import { ApiProblem } from "../../../api/problem.ts";
import { FormDialog } from "../../../parts/form-dialog.tsx";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { type FreshSecret, SecretOnce } from "../../../parts/secret-once.tsx";
import { Nothing } from "../../../parts/states.tsx";
import { WideTable } from "../../../parts/wide-table.tsx";
import type { OfConnector } from "../of-connector.ts";

/** What a webhook hears of. */
type Scope = Schemas["NewScopedWebhook"]["scope"];

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
        {(webhooks) => <WebhookTable webhooks={webhooks} list={`/connectors/${id}/webhooks`} />}
      </List>
      <NewWebhook
        scope={{ connectorId: id }}
        opened={isMaking}
        close={() => setMaking(false)}
        show={setSecret}
      />
      <SecretOnce secret={secret} close={() => setSecret(undefined)} />
    </Stack>
  );
}

const ENDED = {
  administrator: "by an administrator",
  gone: "its receiver answered 410",
  failing: "it failed for five days",
} as const;

/** Webhooks with their states; `scopeOf` says what each hears of where they differ in it. */
export function WebhookTable({
  webhooks,
  list,
  scopeOf,
}: {
  readonly webhooks: readonly Schemas["Webhook"][];
  readonly list: string;
  readonly scopeOf?: (scope: Schemas["WebhookScope"]) => ReactNode;
}) {
  return (
    <WideTable minWidth={480} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Webhook</Table.Th>
          {scopeOf !== undefined && <Table.Th>Hears of</Table.Th>}
          <Table.Th>State</Table.Th>
          <Table.Th>Made</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {webhooks.map(({ id, name, url, scope, status, disabledReason, createdAt }) => (
          <Table.Tr key={id}>
            <Table.Td>
              <Link className="row-link" to={`${list}/${id}`}>
                {name ?? url}
              </Link>
              {name !== null && (
                <Text size="xs" c="dimmed" className="code">
                  {url}
                </Text>
              )}
            </Table.Td>
            {scopeOf !== undefined && <Table.Td>{scopeOf(scope)}</Table.Td>}
            <Table.Td>
              <Badge color={status === "active" ? "green" : "gray"}>{status}</Badge>
              {disabledReason !== null && (
                <Text size="xs" c="dimmed">
                  {ENDED[disabledReason]}
                </Text>
              )}
            </Table.Td>
            <Table.Td>
              <Moment time={createdAt} far />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

/** Makes a webhook; `scope` undefined says that what it is to hear of is not chosen yet. */
export function NewWebhook({
  scope,
  opened,
  close,
  show,
  children,
}: {
  readonly scope: Scope | undefined;
  /** Where the scope is chosen, if it is. */
  readonly children?: ReactNode;
  readonly opened: boolean;
  readonly close: () => void;
  readonly show: (secret: FreshSecret) => void;
}) {
  const [url, setUrl] = useState("");
  const [name, setName] = useState("");
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: () => {
      if (scope === undefined) throw new ApiProblem(400, "Say what it is to hear of.");
      const body = { scope, url: url.trim(), ...(name.trim() !== "" && { name: name.trim() }) };
      return bodyOf(api.POST("/webhooks", { body }));
    },
    onSuccess: async ({ secret }) => {
      setUrl("");
      setName("");
      close();
      show({
        title: "New webhook",
        values: [{ label: "Signing secret", value: secret }],
        note: "The receiver checks each delivery with it (Standard Webhooks).",
      });
      await queries.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
  return (
    <FormDialog opened={opened} close={close} title="New webhook" sending={mutation}>
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
      {children}
    </FormDialog>
  );
}
