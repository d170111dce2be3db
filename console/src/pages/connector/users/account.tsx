import { Button, Group, Modal, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { Moment } from "../../../parts/moment.tsx";
import { Failure } from "../../../parts/states.tsx";
import { tell } from "../../../parts/told.ts";

/** What the application said of somebody's account: whose it is, and whether the person came. */
export function AccountOf({ id, user }: { readonly id: string; readonly user: Schemas["User"] }) {
  const { accountId, registered, claimed } = user;
  const isAllowed = useMay("operator");
  const [isChanging, setChanging] = useState(false);
  return (
    <Stack gap="xs" align="flex-start">
      <Title order={3} size="h5">
        Account in the application
      </Title>
      {claimed === false && (
        <Text size="sm">Imported. The provider has not sent this person yet.</Text>
      )}
      <Text size="sm" c={accountId === undefined ? "dimmed" : undefined}>
        {accountId === undefined ? (
          "The application named no account."
        ) : (
          <>
            Account <span className="code">{accountId}</span>
          </>
        )}
      </Text>
      <Text size="sm" c={registered === undefined ? "dimmed" : undefined}>
        {registered === undefined ? (
          "Has not signed in, as far as the application said."
        ) : (
          <>
            First signed in <Moment time={registered} />
          </>
        )}
      </Text>
      {isAllowed && (
        <Button size="compact-xs" variant="default" onClick={() => setChanging(true)}>
          Name the account
        </Button>
      )}
      <Modal
        opened={isChanging}
        onClose={() => setChanging(false)}
        title="Name the account"
        centered
      >
        <Named id={id} user={user} close={() => setChanging(false)} />
      </Modal>
    </Stack>
  );
}

function Named({
  id,
  user,
  close,
}: {
  readonly id: string;
  readonly user: Schemas["User"];
  readonly close: () => void;
}) {
  const [accountId, setAccountId] = useState(user.accountId ?? "");
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(
        api.PATCH("/connectors/{id}/users/{userId}", {
          params: { path: { id, userId: user.id } },
          body: { accountId: accountId.trim() || null },
        }),
      ),
    onSuccess: async () => {
      tell("Saved.");
      close();
      await queries.invalidateQueries({ queryKey: ["user", id, user.id] });
      await queries.invalidateQueries({ queryKey: ["history", id, user.id] });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!mutation.isPending) mutation.mutate();
      }}
    >
      <Stack>
        <TextInput
          label="The application's id of the account"
          description="Empty takes it back. An account is that of one user."
          maxLength={256}
          value={accountId}
          onChange={(event) => setAccountId(event.currentTarget.value)}
          data-autofocus
        />
        {mutation.error !== null && <Failure error={mutation.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={mutation.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
