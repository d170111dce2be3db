import { Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { applicationApi, bodyOf } from "../../../api/client.ts";
import { PAGE_ITEMS, pageOf, useList } from "../../../api/pages.ts";
import { CopyValue } from "../../../parts/copy.tsx";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { PlainLink } from "../../../parts/plain-link.tsx";
import { Failure, Loading, Nothing } from "../../../parts/states.tsx";
import type { OfConnector } from "../of-connector.ts";

/** One group and its members. */
export function OneGroup({ connector: { id } }: OfConnector) {
  const { groupId = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["group", id, groupId],
    queryFn: () =>
      bodyOf(
        applicationApi.GET("/v1/groups/{groupId}", {
          params: { path: { groupId }, query: { connector: id, excludedAttributes: "members" } },
        }),
      ),
  });
  const listed = useList(["members", id, groupId], async (after) =>
    pageOf(
      await bodyOf(
        applicationApi.GET("/v1/groups/{groupId}/members", {
          params: { path: { groupId }, query: { connector: id, after, limit: PAGE_ITEMS } },
        }),
      ),
    ),
  );
  return (
    <Stack gap="lg">
      <Text size="sm">
        <PlainLink to={`/connectors/${id}/groups`}>Groups</PlainLink>
      </Text>
      {isPending ? (
        <Loading />
      ) : data === undefined ? (
        <Failure error={error} again={refetch} />
      ) : (
        <>
          <Heading
            order={2}
            title={data.displayName ?? data.id}
            about={
              <>
                Changed <Moment time={data.meta?.lastModified ?? null} />
              </>
            }
          />
          <CopyValue label="Id" value={data.id} />
          {data.externalId !== undefined && (
            <CopyValue label="External id" value={data.externalId} />
          )}
          <Stack gap="sm">
            <Title order={3} size="h5">
              Members
            </Title>
            <List listed={listed} empty={<Nothing title="Nobody is in this group" />}>
              {(members) => (
                <Table fz="sm">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Name</Table.Th>
                      <Table.Th>Kind</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {members.map(({ value = "", display, type }) => (
                      <Table.Tr key={value}>
                        <Table.Td>
                          <PlainLink
                            to={`/connectors/${id}/${type === "Group" ? "groups" : "users"}/${value}`}
                          >
                            {display ?? value}
                          </PlainLink>
                        </Table.Td>
                        <Table.Td>{type}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              )}
            </List>
          </Stack>
        </>
      )}
    </Stack>
  );
}
