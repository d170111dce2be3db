import { Group, Select, Stack, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../../api/pages.ts";
import { UserBadge } from "../../../parts/badges.tsx";
import { useFilter } from "../../../parts/filters.ts";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { SearchField } from "../../../parts/search-field.tsx";
import { Nothing } from "../../../parts/states.tsx";
import { WideTable } from "../../../parts/wide-table.tsx";
import type { OfConnector } from "../of-connector.ts";
import { searchFilter } from "./search-filter.ts";

const SHOWN = "userName,displayName,active,externalId,meta,accountId,registered,claimed";

const STATES = ["active", "inactive", "deleted", "pending", "registered", "unclaimed"] as const;

/** The users of a connector, found by name or state. */
export function Users({ connector: { id } }: OfConnector) {
  const [search] = useFilter("q");
  const [chosen, setState] = useFilter("state");
  const state = STATES.find((each) => each === chosen);
  // Deleted users cannot be filtered.
  const filter = state === "deleted" ? undefined : searchFilter(search);
  const listed = useList(["users", id, filter, state], (cursor) =>
    bodyOf(
      api.GET("/connectors/{id}/users", {
        params: {
          path: { id },
          query: { filter, state, cursor, limit: PAGE_ITEMS, attributes: SHOWN },
        },
      }),
    ),
  );
  return (
    <Stack>
      <Heading order={2} title="Users" />
      <Group gap="sm" align="flex-end">
        <SearchField
          name="q"
          label="Search"
          placeholder="start of a name, or an address"
          disabled={state === "deleted"}
        />
        <Select
          label="State"
          allowDeselect={false}
          value={state ?? ""}
          onChange={(value) => setState(value ?? "")}
          data={[
            { value: "", label: "Active and inactive" },
            { value: "active", label: "Active" },
            { value: "inactive", label: "Inactive" },
            { value: "deleted", label: "Deleted, can be restored" },
            { value: "registered", label: "Signed in to the application" },
            { value: "pending", label: "Never signed in to it" },
            { value: "unclaimed", label: "Imported, wait for their person" },
          ]}
        />
      </Group>
      <List
        listed={listed}
        empty={
          <Nothing title={search === "" ? "Nobody is here" : "Nobody has such a name"}>
            {search === ""
              ? "People show up here when the provider sends them."
              : "If the person was sent and refused, the event log says why."}
          </Nothing>
        }
      >
        {(users) => <UserTable id={id} users={users} />}
      </List>
    </Stack>
  );
}

function UserTable({
  id,
  users,
}: {
  readonly id: string;
  readonly users: readonly Schemas["User"][];
}) {
  return (
    <WideTable minWidth={520} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>User name</Table.Th>
          <Table.Th>Name</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Changed</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {users.map(({ id: userId, userName, displayName, active, deletedAt, meta, claimed }) => (
          <Table.Tr key={userId}>
            <Table.Td>
              <Link className="row-link" to={`/connectors/${id}/users/${userId}`}>
                {userName ?? userId}
              </Link>
            </Table.Td>
            <Table.Td>
              <Text size="sm">{displayName}</Text>
            </Table.Td>
            <Table.Td>
              <UserBadge active={active} deletedAt={deletedAt} claimed={claimed} />
            </Table.Td>
            <Table.Td>
              <Moment time={deletedAt ?? meta?.lastModified ?? null} far size="sm" />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
