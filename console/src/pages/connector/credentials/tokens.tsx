import { Button, Group, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, done, type Schemas } from "../../../api/client.ts";
import { useList } from "../../../api/pages.ts";
import { Confirm } from "../../../parts/confirm.tsx";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { RevokeButton } from "../../../parts/revoke-button.tsx";
import type { FreshSecret } from "../../../parts/secret-once.tsx";
import { Nothing } from "../../../parts/states.tsx";
import { tell } from "../../../parts/told.ts";
import { WideTable } from "../../../parts/wide-table.tsx";
import type { OfConnector } from "../of-connector.ts";
import { CredentialState, works } from "./credential-state.tsx";
import { NewToken } from "./new-token.tsx";
import { RotateToken } from "./rotate-token.tsx";

/** The bearer tokens of a connector: make, rotate with an overlap, revoke. */
export function Tokens({
  connector: { id },
  show,
}: OfConnector & { readonly show: (secret: FreshSecret) => void }) {
  const isAllowed = useMay("operator");
  const queries = useQueryClient();
  const [revoking, setRevoking] = useState<Schemas["Token"]>();
  const [rotating, setRotating] = useState<Schemas["Token"]>();
  const [isMaking, setMaking] = useState(false);
  const listed = useList(["tokens", id], () =>
    bodyOf(
      api.GET("/connectors/{id}/tokens", {
        params: { path: { id } },
      }),
    ),
  );
  const renew = () => queries.invalidateQueries({ queryKey: ["tokens", id] });
  const revoke = async () => {
    if (revoking === undefined) return;
    const path = { id, tokenId: revoking.id };
    await done(api.DELETE("/connectors/{id}/tokens/{tokenId}", { params: { path } }));
    tell("Revoked.");
    await renew();
  };
  return (
    <Stack>
      <Heading order={2} title="Tokens" about="A provider sends one with each of its requests.">
        {isAllowed && (
          <Button size="xs" onClick={() => setMaking(true)}>
            New token
          </Button>
        )}
      </Heading>
      <List listed={listed} empty={<Nothing title="No token" />}>
        {(tokens) => (
          <WideTable minWidth={620}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Token</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>May</Table.Th>
                <Table.Th>Last used</Table.Th>
                <Table.Th>Ends</Table.Th>
                <Table.Th>
                  <VisuallyHidden>What can be done</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {tokens.map((token) => (
                <Table.Tr key={token.id}>
                  <Table.Td>
                    <Text size="sm">{token.name ?? "without a name"}</Text>
                    <Text size="xs" c="dimmed" className="code">
                      sgw_{token.hint}…
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <CredentialState {...token} />
                  </Table.Td>
                  <Table.Td>{token.scope === "read" ? "read" : "read and write"}</Table.Td>
                  <Table.Td>
                    <Moment time={token.lastUsedAt} far />
                  </Table.Td>
                  <Table.Td>
                    <Moment time={token.expiresAt} far />
                  </Table.Td>
                  <Table.Td>
                    {isAllowed && works(token) && (
                      <Group gap="xs" wrap="nowrap">
                        <Button
                          size="compact-xs"
                          variant="default"
                          onClick={() => setRotating(token)}
                        >
                          Rotate
                        </Button>
                        <RevokeButton ask={() => setRevoking(token)} />
                      </Group>
                    )}
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
        title="Revoke a token"
        action="Revoke"
        act={revoke}
      >
        The next request with {revoking?.name ?? `sgw_${revoking?.hint}…`} is refused. A provider
        that still sends it changes nobody until it has another one.
      </Confirm>
      <RotateToken
        id={id}
        token={rotating}
        close={() => setRotating(undefined)}
        show={show}
        renew={renew}
      />
      <NewToken
        id={id}
        opened={isMaking}
        close={() => setMaking(false)}
        show={show}
        renew={renew}
      />
    </Stack>
  );
}
