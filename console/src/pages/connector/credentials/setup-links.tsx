import {
  Badge,
  Button,
  Checkbox,
  Group,
  Paper,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, done, type Schemas } from "../../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../../api/pages.ts";
import { Confirm } from "../../../parts/confirm.tsx";
import { FormDialog } from "../../../parts/form-dialog.tsx";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { RevokeButton } from "../../../parts/revoke-button.tsx";
import type { FreshSecret } from "../../../parts/secret-once.tsx";
import { Nothing } from "../../../parts/states.tsx";
import { tell } from "../../../parts/told.ts";
import type { OfConnector } from "../of-connector.ts";
import { works } from "./credential-state.tsx";

type Ability = Schemas["SetupLink"]["can"][number];

const ABILITIES: readonly { readonly value: Ability; readonly label: string }[] = [
  { value: "connect", label: "Set the provider up, with a token of their own" },
  { value: "rotate-token", label: "See and rotate tokens" },
  { value: "bridge-credentials", label: "Give the Bridge its credentials" },
  { value: "log", label: "Read the event log" },
];

const DAY_MS = 86_400_000;

const LIVES = [
  { value: "1", label: "In a day" },
  { value: "7", label: "In a week" },
  { value: "14", label: "In 14 days" },
  // The gateway's clock may be a little behind this one.
  { value: "29.9", label: "In 30 days" },
];

/** Links with which the customer's own administrator sets this connector up. */
export function SetupLinks({
  connector: { id },
  show,
}: OfConnector & { readonly show: (secret: FreshSecret) => void }) {
  const isAllowed = useMay("operator");
  const queries = useQueryClient();
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Schemas["SetupLink"]>();
  const listed = useList(["setup-links", id], (cursor) =>
    bodyOf(
      api.GET("/connectors/{id}/setup-links", {
        params: { path: { id }, query: { cursor, limit: PAGE_ITEMS } },
      }),
    ),
  );
  const renew = () => queries.invalidateQueries({ queryKey: ["setup-links", id] });
  const revoke = async () => {
    if (revoking === undefined) return;
    const path = { id, linkId: revoking.id };
    await done(api.DELETE("/connectors/{id}/setup-links/{linkId}", { params: { path } }));
    tell("Revoked.");
    await renew();
  };
  return (
    <Stack>
      <Heading
        order={2}
        title="Set-up links"
        about="With one, the customer's own administrator sets this connector up without an account here."
      >
        {isAllowed && (
          <Button size="xs" onClick={() => setMaking(true)}>
            New set-up link
          </Button>
        )}
      </Heading>
      <List listed={listed} empty={<Nothing title="No set-up link" />}>
        {(links) =>
          links.map((link) => (
            <Paper key={link.id} withBorder p="sm">
              <Group justify="space-between">
                <Stack gap={2} style={{ minWidth: 0 }}>
                  <Group gap="xs">
                    <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                      {link.name}
                    </Text>
                    <LinkState link={link} />
                  </Group>
                  <Text size="xs" c="dimmed">
                    {ABILITIES.filter(({ value }) => link.can.includes(value))
                      .map(({ label }) => label)
                      .join("; ")}
                  </Text>
                  <Text size="xs" c="dimmed">
                    Ends <Moment time={link.expiresAt} far size="xs" />, last opened{" "}
                    <Moment time={link.openedAt} far size="xs" />
                  </Text>
                </Stack>
                {isAllowed && works(link) && <RevokeButton ask={() => setRevoking(link)} />}
              </Group>
            </Paper>
          ))
        }
      </List>
      <Confirm
        opened={revoking !== undefined}
        close={() => setRevoking(undefined)}
        title="Revoke a set-up link"
        action="Revoke"
        act={revoke}
      >
        Whoever has the link of {revoking?.name} open can do nothing from the next click on. Tokens
        and credentials that were set up with it go on working.
      </Confirm>
      <NewSetupLink
        id={id}
        opened={isMaking}
        close={() => setMaking(false)}
        show={show}
        renew={renew}
      />
    </Stack>
  );
}

function LinkState({ link }: { readonly link: Schemas["SetupLink"] }) {
  if (link.revokedAt !== null) return <Badge color="gray">revoked</Badge>;
  return works(link) ? <Badge color="green">works</Badge> : <Badge color="gray">ended</Badge>;
}

/** Asks whom a link is for, what it lets do and until when, and shows it this once. */
function NewSetupLink({
  id,
  opened,
  close,
  show,
  renew,
}: {
  readonly id: string;
  readonly opened: boolean;
  readonly close: () => void;
  readonly show: (secret: FreshSecret) => void;
  readonly renew: () => Promise<void>;
}) {
  const [name, setName] = useState("");
  const [can, setCan] = useState<readonly string[]>(["connect", "log"]);
  const [days, setDays] = useState("7");
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST("/connectors/{id}/setup-links", {
          params: { path: { id } },
          body: {
            name: name.trim(),
            expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
            can: ABILITIES.flatMap(({ value }) => (can.includes(value) ? [value] : [])),
          },
        }),
      ),
    onSuccess: async ({ url }) => {
      setName("");
      close();
      show({
        title: "New set-up link",
        values: [{ label: "Link", value: url }],
        note: "Send it to that one person. Whoever has it can do what you chose, until it ends or you revoke it.",
      });
      await renew();
    },
  });
  return (
    <FormDialog
      opened={opened}
      close={close}
      title="New set-up link"
      sending={mutation}
      isReady={can.length > 0}
    >
      <TextInput
        label="For whom"
        description="The audit trail names them so."
        maxLength={200}
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Checkbox.Group label="They may" value={[...can]} onChange={setCan}>
        <Stack gap="xs" mt={4}>
          {ABILITIES.map(({ value, label }) => (
            <Checkbox key={value} value={value} label={label} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Select
        label="It ends"
        data={LIVES}
        value={days}
        allowDeselect={false}
        onChange={(value) => setDays(value ?? days)}
      />
    </FormDialog>
  );
}
