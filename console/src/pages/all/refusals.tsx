import { Stack, Table } from "@mantine/core";
import { api, bodyOf } from "../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../api/pages.ts";
import { Heading } from "../../parts/heading.tsx";
import { List } from "../../parts/list.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Nothing } from "../../parts/states.tsx";
import { WideTable } from "../../parts/wide-table.tsx";

const REASONS: ReadonlyMap<string, string> = new Map([
  ["absent", "no Authorization header"],
  ["malformed", "no token of this gateway: cut off, or of another kind"],
  ["unknown", "a token that this gateway does not know"],
  ["client", "an OAuth client that this gateway does not know"],
]);

/** Requests that named no connector, counted by minute, network and reason. */
export function Refusals() {
  const listed = useList(["refusals"], (cursor) =>
    bodyOf(api.GET("/refusals", { params: { query: { cursor, limit: PAGE_ITEMS } } })),
  );
  return (
    <Stack>
      <Heading
        title="Refusals"
        about="Requests without a token that is known. A provider that was given the wrong token is among them."
      />
      <List listed={listed} empty={<Nothing title="Nobody was refused" />}>
        {(refusals) => (
          <WideTable minWidth={480}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Minute</Table.Th>
                <Table.Th>Network</Table.Th>
                <Table.Th>Why</Table.Th>
                <Table.Th>Requests</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {refusals.map(({ minute, ipPrefix, reason, count }) => (
                <Table.Tr key={`${minute} ${ipPrefix} ${reason}`}>
                  <Table.Td>
                    <Moment time={minute} />
                  </Table.Td>
                  <Table.Td className="code">{ipPrefix}</Table.Td>
                  <Table.Td>{REASONS.get(reason) ?? reason}</Table.Td>
                  <Table.Td>{count}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </WideTable>
        )}
      </List>
    </Stack>
  );
}
