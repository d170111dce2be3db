import {
  Badge,
  Group,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Table,
  Text,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { isMissing } from "../../../api/problem.ts";
import { UserBadge } from "../../../parts/badges.tsx";
import { BodyText } from "../../../parts/body-text.tsx";
import { Heading } from "../../../parts/heading.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { PlainLink } from "../../../parts/plain-link.tsx";
import { Failure, Loading } from "../../../parts/states.tsx";
import type { OfConnector } from "../of-connector.ts";
import { AccountOf } from "./account.tsx";
import { History } from "./history.tsx";
import { groupsOf, readable, rolesOf } from "./readable.ts";
import { Repair } from "./repair.tsx";

/** One person: attributes, groups, what happened, and what can be repaired. */
export function Person({ connector }: OfConnector) {
  const { userId = "" } = useParams();
  const { id } = connector;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["user", id, userId],
    queryFn: () =>
      bodyOf(api.GET("/connectors/{id}/users/{userId}", { params: { path: { id, userId } } })),
  });
  const seesLog = useMay("operator", "read");
  return (
    <Stack gap="lg">
      <Text size="sm">
        <PlainLink to={`/connectors/${id}/users`}>Users</PlainLink>
      </Text>
      {isPending ? (
        <Loading />
      ) : data === undefined || isMissing(error) ? (
        <Stack>
          <Failure error={error} again={refetch} />
          <Repair id={id} userId={userId} user={undefined} />
        </Stack>
      ) : (
        <Known id={id} user={data} />
      )}
      {seesLog && <History id={id} userId={userId} />}
    </Stack>
  );
}

function Known({ id, user }: { readonly id: string; readonly user: Schemas["User"] }) {
  const [shown, setShown] = useState("read");
  return (
    <Stack gap="lg">
      <Heading
        order={2}
        title={user.userName ?? user.id}
        about={
          <Group gap="xs">
            <UserBadge active={user.active} deletedAt={user.deletedAt} claimed={user.claimed} />
            {user.displayName}
          </Group>
        }
      >
        <Repair id={id} userId={user.id} user={user} />
      </Heading>
      <SegmentedControl
        aria-label="How the attributes are shown"
        value={shown}
        onChange={setShown}
        data={[
          { value: "read", label: "Attributes" },
          { value: "json", label: "As JSON" },
        ]}
        style={{ alignSelf: "flex-start" }}
      />
      {shown === "json" ? (
        <BodyText name="As SCIM has it" text={JSON.stringify(user)} />
      ) : (
        <Attributes user={user} />
      )}
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <GroupsOf id={id} user={user} />
        <RolesOf user={user} />
        <AccountOf id={id} user={user} />
      </SimpleGrid>
    </Stack>
  );
}

function Attributes({ user }: { readonly user: Schemas["User"] }) {
  return (
    <Table fz="sm" verticalSpacing={6} layout="fixed">
      <Table.Tbody>
        {readable(user).map(({ label, value }) => (
          <Table.Tr key={label}>
            <Table.Th w={{ base: 120, sm: 240 }} style={{ overflowWrap: "anywhere" }}>
              {label}
            </Table.Th>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
          </Table.Tr>
        ))}
        <Table.Tr>
          <Table.Th>created</Table.Th>
          <Table.Td>
            <Moment time={user.meta?.created ?? null} />
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>changed</Table.Th>
          <Table.Td>
            <Moment time={user.meta?.lastModified ?? null} />
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

function GroupsOf({ id, user }: { readonly id: string; readonly user: Schemas["User"] }) {
  const groups = groupsOf(user);
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        Groups
      </Title>
      {groups.length === 0 ? (
        <Text size="sm" c="dimmed">
          In no group.
        </Text>
      ) : (
        <Stack gap={4}>
          {groups.map(({ value, display }) => (
            <PlainLink key={value} to={`/connectors/${id}/groups/${value}`}>
              {display ?? value}
            </PlainLink>
          ))}
        </Stack>
      )}
    </Stack>
  );
}

function RolesOf({ user }: { readonly user: Schemas["User"] }) {
  const roles = rolesOf(user);
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        Roles
      </Title>
      {roles.length === 0 ? (
        <Text size="sm" c="dimmed">
          None. Rules in the settings give roles by groups.
        </Text>
      ) : (
        <Group gap="xs">
          {roles.map((role) => (
            <Badge key={role}>{role}</Badge>
          ))}
        </Group>
      )}
    </Stack>
  );
}
