import { Badge, Button, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../api/caller.tsx";
import { api, bodyOf, done, type Schemas } from "../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../api/pages.ts";
import { Confirm } from "../../parts/confirm.tsx";
import { Heading } from "../../parts/heading.tsx";
import { List } from "../../parts/list.tsx";
import { Moment } from "../../parts/moment.tsx";
import { PlainLink } from "../../parts/plain-link.tsx";
import { RevokeButton } from "../../parts/revoke-button.tsx";
import { type FreshSecret, SecretOnce } from "../../parts/secret-once.tsx";
import { Nothing } from "../../parts/states.tsx";
import { tell } from "../../parts/told.ts";
import { WideTable } from "../../parts/wide-table.tsx";
import { CredentialState, works } from "../connector/credentials/credential-state.tsx";
import { NewKey } from "./new-key.tsx";

/** The keys of programs and people: make and revoke. */
export function Keys() {
  const isAllowed = useMay("admin");
  const queries = useQueryClient();
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<FreshSecret>();
  const [revoking, setRevoking] = useState<Schemas["Key"]>();
  const listed = useList(["keys"], (cursor) =>
    bodyOf(api.GET("/keys", { params: { query: { cursor, limit: PAGE_ITEMS } } })),
  );
  const renew = () => queries.invalidateQueries({ queryKey: ["keys"] });
  const revoke = async () => {
    if (revoking === undefined) return;
    await done(api.DELETE("/keys/{keyId}", { params: { path: { keyId: revoking.id } } }));
    tell("Revoked.");
    await renew();
  };
  return (
    <Stack>
      <Heading
        title="Keys"
        about="What programs call the admin API with, and people sign in here with."
      >
        {isAllowed && <Button onClick={() => setMaking(true)}>New key</Button>}
      </Heading>
      <List
        listed={listed}
        empty={
          <Nothing title="No key yet">
            Everything is done with the admin token. Give each program a key of its own.
          </Nothing>
        }
      >
        {(keys) => (
          <WideTable minWidth={720}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Key</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>Sees</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Last used</Table.Th>
                <Table.Th>Ends</Table.Th>
                <Table.Th>
                  <VisuallyHidden>What can be done</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {keys.map((key) => (
                <Table.Tr key={key.id}>
                  <Table.Td>
                    {key.name}
                    <Text size="xs" c="dimmed" className="code">
                      sgk_{key.hint}…
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Badge variant="default">{key.role}</Badge>
                  </Table.Td>
                  <Table.Td>
                    <Sight sees={key} />
                  </Table.Td>
                  <Table.Td>
                    <CredentialState {...key} />
                  </Table.Td>
                  <Table.Td>
                    <Moment time={key.lastUsedAt} far />
                  </Table.Td>
                  <Table.Td>
                    <Moment time={key.expiresAt} far />
                  </Table.Td>
                  <Table.Td>
                    {isAllowed && works(key) && <RevokeButton ask={() => setRevoking(key)} />}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </WideTable>
        )}
      </List>
      <NewKey opened={isMaking} close={() => setMaking(false)} show={setSecret} renew={renew} />
      <SecretOnce secret={secret} close={() => setSecret(undefined)} />
      <Confirm
        opened={revoking !== undefined}
        close={() => setRevoking(undefined)}
        title="Revoke a key"
        action="Revoke"
        act={revoke}
      >
        The next call with {revoking?.name} is refused, and whoever is signed in with it is signed
        out.
      </Confirm>
    </Stack>
  );
}

function Sight({ sees: { connectorId, tenant } }: { readonly sees: Schemas["Key"] }) {
  if (connectorId !== null) {
    return <PlainLink to={`/connectors/${connectorId}`}>one connector</PlainLink>;
  }
  return tenant === null ? "everything" : `tenant ${tenant}`;
}
