import { Button, ScrollArea, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../api/client.ts";

/** A value as a person reads it: texts as they are, anything else as JSON. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** So many attributes are shown before one asks for the rest. */
const ROWS_MAX = 10;

/** What changed, attribute by attribute, before and after. */
export function DifferenceTable({ difference }: { readonly difference: Schemas["Difference"] }) {
  const rows = Object.entries(difference);
  const [isWhole, setWhole] = useState(rows.length <= ROWS_MAX);
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing changed.
      </Text>
    );
  }
  return (
    <ScrollArea tabIndex={0} viewportProps={{ "aria-label": "What changed" }}>
      <Table verticalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Attribute</Table.Th>
            <Table.Th>Before</Table.Th>
            <Table.Th>After</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(isWhole ? rows : rows.slice(0, ROWS_MAX)).map(([name, { from, to }]) => (
            <Table.Tr key={name}>
              <Table.Td className="code" miw={120}>
                {name}
              </Table.Td>
              <Table.Td className="code">{from === undefined ? "none" : shownValue(from)}</Table.Td>
              <Table.Td className="code">{to === undefined ? "none" : shownValue(to)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {!isWhole && (
        <Button size="compact-xs" variant="default" mt="xs" onClick={() => setWhole(true)}>
          Show all {rows.length}
        </Button>
      )}
    </ScrollArea>
  );
}
