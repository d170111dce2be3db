import { Group, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { bodyOf } from "../api/client.ts";
import { PAGE_ITEMS, useList } from "../api/pages.ts";
import { headline } from "../pages/connector/log/headline.ts";
import { StatusBadge } from "../parts/badges.tsx";
import { BodyText } from "../parts/body-text.tsx";
import { useFilter } from "../parts/filters.ts";
import { List } from "../parts/list.tsx";
import { Moment } from "../parts/moment.tsx";
import { SearchField } from "../parts/search-field.tsx";
import { Nothing } from "../parts/states.tsx";
import { setupApi } from "./session.ts";

const EVERY_MS = 5_000;

/** What the provider asked and the Bridge wrote, each with its explanation. */
export function OwnLog({ id }: { readonly id: string }) {
  const [status, setStatus] = useFilter("status");
  const [user] = useFilter("user");
  const filters = { status: status || undefined, user: user || undefined };
  const listed = useList(
    ["own-events", id, filters],
    (cursor) =>
      bodyOf(
        setupApi.GET("/setup/v1/connectors/{id}/events", {
          params: { path: { id }, query: { ...filters, cursor, limit: PAGE_ITEMS } },
        }),
      ),
    { everyMs: EVERY_MS },
  );
  return (
    <Stack>
      <Title order={2} size="h4">
        Log
      </Title>
      <Group gap="sm" align="flex-end">
        <SearchField name="user" label="Person" placeholder="userName, id or externalId" />
        <Select
          label="Answer"
          w={150}
          allowDeselect={false}
          value={status}
          onChange={(value) => setStatus(value ?? "")}
          data={[
            { value: "", label: "Any" },
            { value: "2xx", label: "Done" },
            { value: "4xx", label: "Refused" },
            { value: "5xx", label: "Failed here" },
          ]}
        />
      </Group>
      <List
        listed={listed}
        empty={
          <Nothing title="Nothing of that kind yet">
            Each request of your provider shows up here.
          </Nothing>
        }
      >
        {(events) =>
          events.map((event) => (
            <Paper key={event.id} withBorder p="sm">
              <Group gap="sm" wrap="nowrap" align="flex-start">
                <StatusBadge status={event.status} />
                <Stack gap={4} style={{ minWidth: 0, flex: 1 }}>
                  <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
                    {headline(event)} {event.userName}
                  </Text>
                  <Text size="xs" c="dimmed" className="code">
                    {event.method} {event.path}
                  </Text>
                  {event.explanation !== null && <Text size="sm">{event.explanation}</Text>}
                  {event.warnings.map((warning) => (
                    <Text key={warning} size="sm">
                      Let pass: {warning}
                    </Text>
                  ))}
                  {event.requestBody !== null && (
                    <details>
                      <summary>What was sent</summary>
                      <BodyText name="Request" text={event.requestBody} />
                    </details>
                  )}
                </Stack>
                <Moment time={event.time} far size="xs" style={{ whiteSpace: "nowrap" }} />
              </Group>
            </Paper>
          ))
        }
      </List>
    </Stack>
  );
}
