import { Button, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, done, type Schemas } from "../../../api/client.ts";
import { useList } from "../../../api/pages.ts";
import { Confirm } from "../../../parts/confirm.tsx";
import { CopyValue } from "../../../parts/copy.tsx";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { RevokeButton } from "../../../parts/revoke-button.tsx";
import type { FreshSecret } from "../../../parts/secret-once.tsx";
import { Failure } from "../../../parts/states.tsx";
import { tell } from "../../../parts/told.ts";
import { WideTable } from "../../../parts/wide-table.tsx";
import type { OfConnector } from "../of-connector.ts";
import { CredentialState, works } from "./credential-state.tsx";

/** The OAuth clients of a connector: make, revoke. */
export function Clients({
  connector: { id, tokenEndpoint },
  show,
}: OfConnector & { readonly show: (secret: FreshSecret) => void }) {
  const isAllowed = useMay("operator");
  const queries = useQueryClient();
  const [revoking, setRevoking] = useState<Schemas["Client"]>();
  const listed = useList(["clients", id], () =>
    bodyOf(
      api.GET("/connectors/{id}/clients", {
        params: { path: { id } },
      }),
    ),
  );
  const renew = () => queries.invalidateQueries({ queryKey: ["clients", id] });
  const make = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST("/connectors/{id}/clients", {
          params: { path: { id } },
          body: { scope: "read-write" },
        }),
      ),
    onSuccess: async ({ clientId, clientSecret }) => {
      show({
        title: "New OAuth client",
        values: [
          { label: "Token endpoint", value: tokenEndpoint },
          { label: "Client identifier", value: clientId },
          { label: "Client secret", value: clientSecret },
        ],
        note: "Put all three in place at the provider, with the grant client_credentials.",
      });
      await renew();
    },
  });
  const revoke = async () => {
    if (revoking === undefined) return;
    const path = { id, clientId: revoking.clientId };
    await done(api.DELETE("/connectors/{id}/clients/{clientId}", { params: { path } }));
    tell("Revoked, with the access tokens that it was given.");
    await renew();
  };
  return (
    <Stack>
      <Heading
        order={2}
        title="OAuth clients"
        about="For providers that fetch short-lived tokens by client credentials."
      >
        {isAllowed && (
          <Button size="xs" loading={make.isPending} onClick={() => make.mutate()}>
            New client
          </Button>
        )}
      </Heading>
      <CopyValue label="Token endpoint" value={tokenEndpoint} />
      {make.error !== null && <Failure error={make.error} />}
      <List
        listed={listed}
        empty={
          <Text size="sm" c="dimmed">
            No client yet.
          </Text>
        }
      >
        {(clients) => (
          <WideTable minWidth={520}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Client</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Last used</Table.Th>
                <Table.Th>
                  <VisuallyHidden>What can be done</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {clients.map((client) => (
                <Table.Tr key={client.clientId}>
                  <Table.Td>
                    <Text size="sm">{client.name ?? "without a name"}</Text>
                    <Text size="xs" c="dimmed" className="code">
                      {client.clientId}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <CredentialState {...client} />
                  </Table.Td>
                  <Table.Td>
                    <Moment time={client.lastUsedAt} far />
                  </Table.Td>
                  <Table.Td>
                    {isAllowed && works(client) && <RevokeButton ask={() => setRevoking(client)} />}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </WideTable>
        )}
      </List>
      <Confirm
        opened={revoking !== undefined}
        close={() => setRevoking(undefined)}
        title="Revoke an OAuth client"
        action="Revoke"
        act={revoke}
      >
        {revoking?.name ?? revoking?.clientId} gets no further token, and those that it was given
        stop working with the next request.
      </Confirm>
    </Stack>
  );
}
