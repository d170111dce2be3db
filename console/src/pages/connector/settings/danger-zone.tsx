import { Button, Group, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, done } from "../../../api/client.ts";
import { Confirm } from "../../../parts/confirm.tsx";
import { Failure } from "../../../parts/states.tsx";
import { tell } from "../../../parts/told.ts";
import type { OfConnector } from "../of-connector.ts";

type Users = "keep" | "deactivate" | "delete";

const CHOICES: readonly { readonly value: Users; readonly label: string }[] = [
  { value: "deactivate", label: "are switched off" },
  { value: "delete", label: "are deleted" },
  { value: "keep", label: "stay in the application as they are" },
];

/** What stops a connector, for a while or for good; each asks for the connector's name. */
export function DangerZone({ connector }: OfConnector) {
  const { id, name, status } = connector;
  const maySwitch = useMay("operator");
  const mayDelete = useMay("admin");
  const [asked, setAsked] = useState<"disable" | "delete">();
  const [users, setUsers] = useState<Users>("deactivate");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const switchTo = async (next: "active" | "disabled") => {
    const params = { path: { id } };
    const after = await bodyOf(api.PATCH("/connectors/{id}", { params, body: { status: next } }));
    queries.setQueryData(["connector", id], after);
    await queries.invalidateQueries({ queryKey: ["connectors"] });
    tell(next === "active" ? "Enabled." : "Disabled.");
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
        {mayDelete && (
          <Act
            what="Delete this connector for good, with its users, groups, credentials, bridge and webhooks. It cannot be taken back."
            action="Delete"
            ask={() => setAsked("delete")}
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
        opened={asked === "delete"}
        close={close}
        title="Delete a connector"
        action="Delete for good"
        act={remove}
        typed={name}
      >
        <Ending id={id} users={users} choose={setUsers} />
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

/** Asks what becomes of the users, and says what a deletion does in numbers. */
function Ending({
  id,
  users,
  choose,
}: {
  readonly id: string;
  readonly users: Users;
  readonly choose: (users: Users) => void;
}) {
  const { data, error } = useQuery({
    queryKey: ["ending", id, users],
    queryFn: () =>
      bodyOf(api.GET("/connectors/{id}/ending", { params: { path: { id }, query: { users } } })),
  });
  return (
    <Stack gap="sm">
      <Select
        label="Its users"
        data={[...CHOICES]}
        value={users}
        allowDeselect={false}
        onChange={(value) => {
          const chosen = CHOICES.find((each) => each.value === value);
          if (chosen !== undefined) choose(chosen.value);
        }}
      />
      {error !== null && <Failure error={error} />}
      {data !== undefined && (
        <Text size="sm">
          {data.activeUsers} active and {data.inactiveUsers} inactive users, {data.groups} groups,{" "}
          {data.tokens + data.clients} credentials, {data.webhooks} webhooks and {data.keys} keys go
          with it. The application is told of {data.userEvents} users and {data.groupEvents} groups.
        </Text>
      )}
    </Stack>
  );
}
