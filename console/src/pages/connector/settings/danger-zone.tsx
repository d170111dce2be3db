import { Button, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCaller, useMay } from "../../../api/caller.tsx";
import { api, bodyOf, done } from "../../../api/client.ts";
import { Confirm } from "../../../parts/confirm.tsx";
import { tell } from "../../../parts/told.ts";
import type { OfConnector } from "../of-connector.ts";
import { EndingInNumbers, type Users } from "./ending.tsx";

/** What stops a connector, for a while or for good; each asks for the connector's name. */
export function DangerZone({ connector }: OfConnector) {
  const { id, name, status, tenant, moving } = connector;
  const { tenant: ownTenant, connectorId } = useCaller();
  const maySwitch = useMay("operator");
  const mayDelete = useMay("admin");
  const [asked, setAsked] = useState<"disable" | "move" | "delete">();
  const [users, setUsers] = useState<Users>("deactivate");
  const [target, setTarget] = useState("");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const switchTo = async (next: "active" | "disabled") => {
    const params = { path: { id } };
    const after = await bodyOf(api.PATCH("/connectors/{id}", { params, body: { status: next } }));
    queries.setQueryData(["connector", id], after);
    await queries.invalidateQueries({ queryKey: ["connectors"] });
    tell(next === "active" ? "Enabled." : "Disabled.");
  };
  const move = async () => {
    const params = { path: { id }, query: { users } };
    const body = { tenant: target.trim() || null };
    const after = await bodyOf(api.PATCH("/connectors/{id}", { params, body }));
    queries.setQueryData(["connector", id], after);
    await queries.invalidateQueries({ queryKey: ["connectors"] });
    tell(after.moving === undefined ? "Moved." : "It moves as soon as each user was told of.");
  };
  const remove = async () => {
    await done(api.DELETE("/connectors/{id}", { params: { path: { id }, query: { users } } }));
    await queries.invalidateQueries({ queryKey: ["connectors"] });
    tell("Deleted.");
    await navigate("/connectors");
  };
  if (!maySwitch) return null;
  const close = () => setAsked(undefined);
  return (
    <Paper withBorder p="md" maw={620} style={{ borderColor: "var(--mantine-color-red-6)" }}>
      <Stack>
        <Title order={2} size="h4">
          Danger zone
        </Title>
        {status === "active" ? (
          <Act
            what="Disable this connector. Every request of its provider is refused until it is enabled; users stay as they are."
            action="Disable"
            ask={() => setAsked("disable")}
          />
        ) : (
          <Act
            what="This connector is disabled. Enable it, and its provider is answered again."
            action="Enable"
            ask={() => void switchTo("active")}
          />
        )}
        {ownTenant === null && connectorId === null && moving === undefined && (
          <Act
            what={
              tenant === null
                ? "Give this connector to a tenant, whose keys then see it."
                : `Move this connector to another tenant. For ${tenant} its directory ends.`
            }
            action="Move"
            ask={() => {
              setUsers(tenant === null ? "keep" : "deactivate");
              setTarget("");
              setAsked("move");
            }}
          />
        )}
        {mayDelete && (
          <Act
            what="Delete this connector for good, with its users, groups, credentials, bridge and webhooks. It cannot be taken back."
            action="Delete"
            ask={() => {
              setUsers("deactivate");
              setAsked("delete");
            }}
          />
        )}
      </Stack>
      <Confirm
        opened={asked === "disable"}
        close={close}
        title="Disable a connector"
        action="Disable"
        act={() => switchTo("disabled")}
        typed={name}
      >
        The provider's requests are refused with 403 from now on. Leavers are not switched off while
        it is disabled.
      </Confirm>
      <Confirm
        opened={asked === "move"}
        close={close}
        title="Move a connector to another tenant"
        action="Move"
        act={move}
        typed={name}
      >
        <Stack gap="sm">
          <TextInput
            label="The tenant that it goes to"
            description={
              tenant === null ? "It has none yet." : `It is with ${tenant} now. Empty: none.`
            }
            maxLength={200}
            value={target}
            onChange={(event) => setTarget(event.currentTarget.value)}
          />
          <EndingInNumbers id={id} users={users} choose={setUsers} isMove />
          <Text size="sm">Its credentials, bridge and webhooks move with it.</Text>
        </Stack>
      </Confirm>
      <Confirm
        opened={asked === "delete"}
        close={close}
        title="Delete a connector"
        action="Delete for good"
        act={remove}
        typed={name}
      >
        <EndingInNumbers id={id} users={users} choose={setUsers} />
      </Confirm>
    </Paper>
  );
}

function Act({
  what,
  action,
  ask,
}: {
  readonly what: string;
  readonly action: string;
  readonly ask: () => void;
}) {
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start">
      <Text size="sm">{what}</Text>
      <Button
        color={action === "Enable" ? "green" : "red"}
        variant="light"
        size="xs"
        onClick={ask}
        miw={80}
      >
        {action}
      </Button>
    </Group>
  );
}
