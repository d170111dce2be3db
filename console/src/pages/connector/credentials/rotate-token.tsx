import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import type { FreshSecret } from "../../../parts/secret-once.tsx";
import { Failure } from "../../../parts/states.tsx";

/** How long an old credential goes on working beside its successor. */
export const OVERLAPS = [
  { value: "3600", label: "an hour" },
  { value: "86400", label: "a day" },
  { value: "604800", label: "a week" },
  { value: "2592000", label: "30 days" },
  { value: "0", label: "no time at all" },
];

/** Asks how long the old token is to work beside the new one, and shows the new one. */
export function RotateToken({
  id,
  token,
  close,
  show,
  renew,
}: {
  readonly id: string;
  readonly token: Schemas["Token"] | undefined;
  readonly close: () => void;
  readonly show: (secret: FreshSecret) => void;
  readonly renew: () => Promise<void>;
}) {
  const [overlap, setOverlap] = useState("86400");
  const mutation = useMutation({
    mutationFn: (tokenId: string) =>
      bodyOf(
        api.POST("/connectors/{id}/tokens/{tokenId}/rotate", {
          params: { path: { id, tokenId } },
          body: { overlapSeconds: Number(overlap) },
        }),
      ),
    onSuccess: async ({ secret }) => {
      close();
      show({
        title: "The token's successor",
        values: [{ label: "Token", value: secret }],
        note: "Put it in place at the provider before the old one ends.",
      });
      await renew();
    },
  });
  return (
    <Modal opened={token !== undefined} onClose={close} title="Rotate a token" centered>
      {token !== undefined && (
        <Stack>
          <Text size="sm">
            A new token takes the place of {token.name ?? `sgw_${token.hint}…`}. Both work for a
            while, so that nobody is refused while you put the new one in place.
          </Text>
          <Select
            label="The old one works for"
            data={OVERLAPS}
            value={overlap}
            allowDeselect={false}
            onChange={(value) => setOverlap(value ?? overlap)}
          />
          {mutation.error !== null && <Failure error={mutation.error} />}
          <Group justify="flex-end">
            <Button loading={mutation.isPending} onClick={() => mutation.mutate(token.id)}>
              Rotate
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
