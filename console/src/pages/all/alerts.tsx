import { Alert, Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../api/pages.ts";
import { Heading } from "../../parts/heading.tsx";
import { List } from "../../parts/list.tsx";
import { Moment } from "../../parts/moment.tsx";
import { PlainLink } from "../../parts/plain-link.tsx";
import { Nothing } from "../../parts/states.tsx";
import { TimesInWords } from "../../parts/times-in-words.tsx";
import { concernsOf } from "../connector/concerns.ts";
import { alertInWords, capital } from "../connector/log/headline.ts";

const NEWEST = 3;

/** What needs attention at any connector, and the newest alerts of each. */
export function Alerts() {
  const listed = useList(["connectors", "alerts"], (cursor) =>
    bodyOf(api.GET("/connectors", { params: { query: { limit: PAGE_ITEMS, cursor } } })),
  );
  return (
    <Stack>
      <Heading
        title="Alerts"
        about="What somebody should look at, connector by connector, and what was told of each last."
      />
      <List
        listed={listed}
        empty={<Nothing title="No connector yet">There is nothing to be told of.</Nothing>}
      >
        {(connectors) => (
          <Stack gap="sm">
            {connectors.map((connector) => (
              <OfOne key={connector.id} connector={connector} />
            ))}
          </Stack>
        )}
      </List>
    </Stack>
  );
}

function OfOne({ connector }: { readonly connector: Schemas["Connector"] }) {
  const { id, name, tenant } = connector;
  const { data } = useQuery({
    queryKey: ["events", id, "alerts"],
    queryFn: () => {
      const query = { method: "ALERT", limit: NEWEST };
      return bodyOf(api.GET("/connectors/{id}/events", { params: { path: { id }, query } }));
    },
    staleTime: 30_000,
  });
  const concerns = concernsOf(connector, {}, Date.now());
  const alerts = data?.items ?? [];
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Text fw={600} size="sm">
          <PlainLink to={`/connectors/${id}`}>{name}</PlainLink>
          {tenant !== null && (
            <Text span c="dimmed" inherit fw={400}>
              {" "}
              {tenant}
            </Text>
          )}
        </Text>
        {concerns.map(({ title, detail, page, isUrgent }) => (
          <Alert key={title} color={isUrgent ? "red" : "yellow"} title={title} p="xs">
            <Text size="sm">
              {detail} <PlainLink to={`/connectors/${id}/${page}`}>Look at it</PlainLink>
            </Text>
          </Alert>
        ))}
        {alerts.map(({ id: eventId, path, time, explanation }) => (
          <Text size="sm" key={eventId}>
            <PlainLink to={`/connectors/${id}/log?event=${eventId}`}>
              {capital(alertInWords(path))}
            </PlainLink>
            , <Moment time={time} far />
            {explanation !== null && (
              <>
                : <TimesInWords text={explanation} />
              </>
            )}
          </Text>
        ))}
        {data !== undefined && alerts.length === 0 && concerns.length === 0 && (
          <Text size="sm" c="dimmed">
            Nothing to look at, and no alert as far back as its log goes.
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
