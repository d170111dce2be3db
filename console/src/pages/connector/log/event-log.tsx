import { Button, Group, Select, Stack, Switch } from "@mantine/core";
import { api, bodyOf } from "../../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../../api/pages.ts";
import { useFilter } from "../../../parts/filters.ts";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { SearchField } from "../../../parts/search-field.tsx";
import { Nothing } from "../../../parts/states.tsx";
import type { OfConnector } from "../of-connector.ts";
import { EventList } from "./event-list.tsx";
import { exportUrl } from "./export-url.ts";

const TAIL_MS = 3_000;

/** Every request of the provider, every write of the Bridge and every alert, as long as the log is kept. */
export function EventLog({ connector: { id, settings } }: OfConnector) {
  const [status, setStatus] = useFilter("status");
  const [method, setMethod] = useFilter("method");
  const [user] = useFilter("user");
  const [search] = useFilter("search");
  const [explanation] = useFilter("explanation");
  const [tail, setTail] = useFilter("tail");
  const filters = {
    status: status || undefined,
    method: method || undefined,
    user: user || undefined,
    search: search || undefined,
    explanation: explanation || undefined,
  };
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const listed = useList(
    ["events", id, filters],
    (cursor) =>
      bodyOf(
        api.GET("/connectors/{id}/events", {
          params: { path: { id }, query: { ...filters, cursor, limit: PAGE_ITEMS } },
        }),
      ),
    { everyMs: tail === "on" && TAIL_MS },
  );
  return (
    <Stack>
      <Heading
        order={2}
        title="Event log"
        about={`Newest first, kept for ${settings.eventRetentionDays} days.`}
      >
        <Switch
          label="Follow"
          checked={tail === "on"}
          onChange={(event) => setTail(event.currentTarget.checked ? "on" : "")}
        />
        <Button
          variant="default"
          size="xs"
          component="a"
          href={exportUrl(id, filters)}
          download={`events-${id}.csv`}
        >
          Export as CSV
        </Button>
      </Heading>
      <Group gap="sm" align="flex-end">
        <SearchField name="user" label="Person" placeholder="userName, id or externalId" />
        <SearchField name="search" label="Name or path" placeholder="part of it" />
        <SearchField name="explanation" label="Words of the cause" />
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
            ...(/^\d{3}$/.test(status) ? [{ value: status, label: status }] : []),
          ]}
        />
        <Select
          label="Kind"
          w={150}
          allowDeselect={false}
          value={method}
          onChange={(value) => setMethod(value ?? "")}
          data={[
            { value: "", label: "Any" },
            ...["GET", "POST", "PUT", "PATCH", "DELETE"],
            { value: "BRIDGE", label: "Bridge" },
            { value: "ALERT", label: "Alerts" },
          ]}
        />
      </Group>
      <List
        listed={listed}
        empty={
          <Nothing title={isFiltered ? "Nothing of that kind" : "Nothing has happened yet"}>
            {isFiltered
              ? "Take a filter away, or look at a longer time."
              : "Each request with one of this connector's credentials shows up here. One with a wrong token names no connector: it is counted under Refusals."}
          </Nothing>
        }
      >
        {(events) => <EventList id={id} events={events} />}
      </List>
    </Stack>
  );
}
