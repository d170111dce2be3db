import { Button, Group, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { bodyOf } from "../api/client.ts";
import { useList } from "../api/pages.ts";
import { CredentialState, works } from "../pages/connector/credentials/credential-state.tsx";
import { OVERLAPS } from "../pages/connector/credentials/rotate-token.tsx";
import { List } from "../parts/list.tsx";
import { Moment } from "../parts/moment.tsx";
import { type FreshSecret, SecretOnce } from "../parts/secret-once.tsx";
import { Failure, Nothing } from "../parts/states.tsx";
import { setupApi } from "./session.ts";

/** The tokens that the provider proves itself with; each may be given a successor. */
export function OwnTokens({ id }: { readonly id: string }) {
  const queries = useQueryClient();
  const [overlap, setOverlap] = useState("86400");
  const [secret, setSecret] = useState<FreshSecret>();
  const listed = useList(["own-tokens", id], () =>
    bodyOf(setupApi.GET("/setup/v1/connectors/{id}/tokens", { params: { path: { id } } })),
  );
  const mutation = useMutation({
    mutationFn: (tokenId: string) =>
      bodyOf(
        setupApi.POST("/setup/v1/connectors/{id}/tokens/{tokenId}/rotate", {
          params: { path: { id, tokenId } },
          body: { overlapSeconds: Number(overlap) },
        }),
      ),
    onSuccess: async (token) => {
      setSecret({
        title: "The token's successor",
        values: [{ label: "Token", value: token.secret }],
        note: "Put it in place at your provider before the old one ends.",
      });
      await queries.invalidateQueries({ queryKey: ["own-tokens", id] });
    },
  });
  return (
    <Stack>
      <Title order={2} size="h4">
        Tokens
      </Title>
      <Text size="sm">
        Rotating makes a new token. The old one goes on working for a while, so that nobody is
        refused while you put the new one in place.
      </Text>
      <Select
        label="The old one works for"
        data={OVERLAPS}
        value={overlap}
        allowDeselect={false}
        maw={240}
        onChange={(value) => setOverlap(value ?? overlap)}
      />
      {mutation.error !== null && <Failure error={mutation.error} />}
      <List listed={listed} empty={<Nothing title="No token" />}>
        {(tokens) =>
          tokens.map((token) => (
            <Paper key={token.id} withBorder p="sm">
              <Group justify="space-between">
                <Stack gap={2}>
                  <Group gap="xs">
                    <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                      {token.name ?? "without a name"}
                    </Text>
                    <CredentialState {...token} />
                  </Group>
                  <Text size="xs" c="dimmed">
                    <span className="code">sgw_{token.hint}…</span>, last used{" "}
                    <Moment time={token.lastUsedAt} far size="xs" />, ends{" "}
                    <Moment time={token.expiresAt} far size="xs" />
                  </Text>
                </Stack>
                {works(token) && (
                  <Button
                    size="xs"
                    variant="default"
                    loading={mutation.isPending && mutation.variables === token.id}
                    disabled={mutation.isPending}
                    aria-label={`Rotate ${token.name ?? `sgw_${token.hint}`}`}
                    onClick={() => mutation.mutate(token.id)}
                  >
                    Rotate
                  </Button>
                )}
              </Group>
            </Paper>
          ))
        }
      </List>
      <SecretOnce secret={secret} close={() => setSecret(undefined)} />
    </Stack>
  );
}
