import { Alert, Group, Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, bodyOf } from "../../api/client.ts";
import { StatusBadge } from "../../parts/badges.tsx";
import { Moment } from "../../parts/moment.tsx";
import { PlainLink } from "../../parts/plain-link.tsx";
import { Failure } from "../../parts/states.tsx";
import { ARRIVALS, arrived } from "./arrivals.ts";

const EVERY_MS = 2_000;
const EVENTS = 50;

/** Ticks off what arrives from the provider as it happens, and explains the newest refusal. */
export function LiveTicks({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["events", id, "live"],
    queryFn: () =>
      bodyOf(
        api.GET("/connectors/{id}/events", { params: { path: { id }, query: { limit: EVENTS } } }),
      ),
    refetchInterval: EVERY_MS,
  });
  const events = data?.items ?? [];
  const found = arrived(events);
  const refused = events.find(({ status, method }) => status >= 400 && method !== "ALERT");
  return (
    <Paper withBorder p="md">
      <Stack>
        <Title order={2} size="h4">
          What arrives
        </Title>
        <Text size="sm" c="dimmed">
          This list follows by itself; leave the page open while you set the provider up.
        </Text>
        {error !== null && <Failure error={error} again={refetch} />}
        <div aria-live="polite">
          <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
            {ARRIVALS.map(({ name, label }) => {
              const has = found.has(name);
              return (
                <Group key={name} component="li" gap="sm" wrap="nowrap">
                  <ThemeIcon radius="xl" size="sm" color={has ? "green" : "gray"} variant="light">
                    <span aria-hidden="true">{has ? "✓" : "·"}</span>
                  </ThemeIcon>
                  <Text size="sm">
                    {label}
                    {has ? ": here" : ": not yet"}
                  </Text>
                </Group>
              );
            })}
          </Stack>
        </div>
        {refused !== undefined && (
          <Alert color="red" title="The newest refusal">
            <Stack gap="xs">
              <Group gap="xs">
                <StatusBadge status={refused.status} />
                <Text size="sm" className="code">
                  {refused.method} {refused.path}
                </Text>
                <Moment time={refused.time} far size="sm" />
              </Group>
              <Text size="sm">{refused.explanation ?? "The log has no explanation of it."}</Text>
              <Text size="sm">
                <PlainLink to={`/connectors/${id}/log?event=${refused.id}`}>
                  Open it in the log
                </PlainLink>
              </Text>
            </Stack>
          </Alert>
        )}
        {data !== undefined && events.length === 0 && (
          <Text size="sm">
            Nothing has come with this connector's token. If the provider says that its test failed,
            the URL or the token there is not the one above.
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
