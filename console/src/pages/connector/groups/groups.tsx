import { Group, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { useMay } from "../../../api/caller.tsx";
import { api, applicationApi, bodyOf } from "../../../api/client.ts";
import { PAGE_ITEMS, pageOf, useList } from "../../../api/pages.ts";
import { useFilter } from "../../../parts/filters.ts";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { PlainLink } from "../../../parts/plain-link.tsx";
import { SearchField } from "../../../parts/search-field.tsx";
import { Nothing } from "../../../parts/states.tsx";
import type { OfConnector } from "../of-connector.ts";

const SHOWN = "displayName,externalId,meta";

/** The groups of a connector, and the members that wait for their user. */
export function Groups({ connector: { id } }: OfConnector) {
  const [search] = useFilter("q");
  const filter = search === "" ? undefined : `displayName sw ${JSON.stringify(search)}`;
  const seesParked = useMay("operator", "read");
  const listed = useList(["groups", id, filter], async (after) =>
    pageOf(
      await bodyOf(
        applicationApi.GET("/v1/groups", {
          params: { query: { connector: id, filter, after, limit: PAGE_ITEMS, attributes: SHOWN } },
        }),
      ),
    ),
  );
  return (
    <Stack>
      <Heading order={2} title="Groups" />
      <Group>
        <SearchField name="q" label="Search" placeholder="start of a group's name" />
      </Group>
      <List
        listed={listed}
        empty={
          <Nothing title={search === "" ? "No group is here" : "No group has such a name"}>
            Groups show up here when the provider sends them.
          </Nothing>
        }
      >
        {(groups) => (
          <Table highlightOnHover verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Changed</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {groups.map(({ id: groupId, displayName, meta }) => (
                <Table.Tr key={groupId}>
                  <Table.Td>
                    <Link className="row-link" to={`/connectors/${id}/groups/${groupId}`}>
                      {displayName ?? groupId}
                    </Link>
                  </Table.Td>
                  <Table.Td>
                    <Moment time={meta?.lastModified ?? null} far size="sm" />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </List>
      {seesParked && <ParkedMembers id={id} />}
    </Stack>
  );
}

function ParkedMembers({ id }: { readonly id: string }) {
  const listed = useList(["parked", id], (cursor) =>
    bodyOf(
      api.GET("/connectors/{id}/parked-members", {
        params: { path: { id }, query: { cursor, limit: PAGE_ITEMS } },
      }),
    ),
  );
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Members that wait
      </Title>
      <Text size="sm" c="dimmed">
        A group named them before they came. Each joins when its user arrives, within 30 days.
      </Text>
      <List
        listed={listed}
        empty={
          <Text size="sm" c="dimmed">
            Nobody waits.
          </Text>
        }
      >
        {(members) => (
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Group</Table.Th>
                <Table.Th>Named as</Table.Th>
                <Table.Th>Since</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {members.map(({ groupId, groupName, value, parkedAt }) => (
                <Table.Tr key={`${groupId} ${value}`}>
                  <Table.Td>
                    <PlainLink to={`/connectors/${id}/groups/${groupId}`}>
                      {groupName ?? groupId}
                    </PlainLink>
                  </Table.Td>
                  <Table.Td className="code">{value}</Table.Td>
                  <Table.Td>
                    <Moment time={parkedAt} far />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </List>
    </Stack>
  );
}
