import { NumberInput, Stack, Table, Text } from "@mantine/core";
import { api, bodyOf } from "../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../api/pages.ts";
import { useFilter } from "../../parts/filters.ts";
import { Heading } from "../../parts/heading.tsx";
import { List } from "../../parts/list.tsx";
import { Moment } from "../../parts/moment.tsx";
import { PlainLink } from "../../parts/plain-link.tsx";
import { Nothing } from "../../parts/states.tsx";
import { WideTable } from "../../parts/wide-table.tsx";

const DAYS_USUAL = 90;

/** Tokens of all connectors that nobody has used for a while. */
export function UnusedTokens() {
  const [chosen, setDays] = useFilter("days");
  const days = Number(chosen) > 0 ? Number(chosen) : DAYS_USUAL;
  const listed = useList(["unused tokens", days], (cursor) =>
    bodyOf(
      api.GET("/tokens", { params: { query: { unusedDays: days, cursor, limit: PAGE_ITEMS } } }),
    ),
  );
  return (
    <Stack>
      <Heading
        title="Unused tokens"
        about="Each is a way in that nobody needs. Revoke it where it was made."
      />
      <NumberInput
        label="Not used for"
        suffix={days === 1 ? " day" : " days"}
        w={160}
        min={1}
        max={3_650}
        value={days}
        onChange={(value) => setDays(String(value))}
      />
      <List
        listed={listed}
        empty={<Nothing title="Every token was used">Nothing has to be tidied up.</Nothing>}
      >
        {(tokens) => (
          <WideTable minWidth={520}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Token</Table.Th>
                <Table.Th>Connector</Table.Th>
                <Table.Th>Made</Table.Th>
                <Table.Th>Last used</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {tokens.map(({ id, name, hint, connectorId, createdAt, lastUsedAt }) => (
                <Table.Tr key={id}>
                  <Table.Td>
                    {name ?? "without a name"}
                    <Text size="xs" c="dimmed" className="code">
                      sgw_{hint}…
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <PlainLink to={`/connectors/${connectorId}/credentials`}>
                      {connectorId}
                    </PlainLink>
                  </Table.Td>
                  <Table.Td>
                    <Moment time={createdAt} far />
                  </Table.Td>
                  <Table.Td>
                    <Moment time={lastUsedAt} far />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </WideTable>
        )}
      </List>
    </Stack>
  );
}
