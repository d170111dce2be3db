import { Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../api/pages.ts";
import { DifferenceTable } from "../../parts/difference.tsx";
import { useFilter } from "../../parts/filters.ts";
import { Heading } from "../../parts/heading.tsx";
import { List } from "../../parts/list.tsx";
import { Moment } from "../../parts/moment.tsx";
import { PlainLink } from "../../parts/plain-link.tsx";
import { SearchField } from "../../parts/search-field.tsx";
import { Nothing } from "../../parts/states.tsx";
import { nameOf } from "../../shell/frame.tsx";
import { inWords } from "./in-words.ts";

/** What administrators did, newest first. */
export function Audit() {
  const [actor] = useFilter("actor");
  const [operation] = useFilter("operation");
  const [connectorId] = useFilter("connector");
  const filters = {
    actor: actor || undefined,
    operation: operation || undefined,
    connectorId: connectorId || undefined,
  };
  const listed = useList(["audit", filters], (cursor) =>
    bodyOf(api.GET("/audit", { params: { query: { ...filters, cursor, limit: PAGE_ITEMS } } })),
  );
  return (
    <Stack>
      <Heading title="Audit trail" about="What administrators did. Nobody can change or delete it.">
        <Button
          variant="default"
          size="xs"
          component="a"
          href="/admin/v1/audit/export?format=csv"
          download="audit.csv"
        >
          Export as CSV
        </Button>
      </Heading>
      <Group gap="sm" align="flex-end">
        <SearchField name="actor" label="Who" placeholder="address or id of a key" />
        <SearchField name="operation" label="What" placeholder="such as changeConnector" />
        <SearchField name="connector" label="Connector" placeholder="its id" />
      </Group>
      <List listed={listed} empty={<Nothing title="Nothing was done" />}>
        {(rows) => (
          <Stack gap="sm">
            {rows.map((row) => (
              <AuditItem key={row.id} row={row} />
            ))}
          </Stack>
        )}
      </List>
    </Stack>
  );
}

function AuditItem({ row }: { readonly row: Schemas["AuditRow"] }) {
  const { time, actor, operation, connectorId, subject, difference, outcome, clientIp } = row;
  const hasChanged = Object.keys(difference).length > 0;
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {nameOf(actor)}
          </Text>
          <Text size="sm" title={operation}>
            {inWords(operation)}
          </Text>
          {outcome !== "succeeded" && <Badge color="yellow">{outcome}</Badge>}
          {connectorId !== null && (
            <PlainLink to={`/connectors/${connectorId}`}>
              <Text span size="sm">
                at its connector
              </Text>
            </PlainLink>
          )}
          <Text size="sm" c="dimmed">
            <Moment time={time} />
            {clientIp !== null && `, from ${clientIp}`}
          </Text>
        </Group>
        {subject.id !== null && (
          <Text size="xs" c="dimmed" className="code">
            {subject.kind} {subject.id}
          </Text>
        )}
        {hasChanged && <DifferenceTable difference={difference} />}
      </Stack>
    </Paper>
  );
}
