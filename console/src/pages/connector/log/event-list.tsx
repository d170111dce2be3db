import { Badge, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import type { Schemas } from "../../../api/client.ts";
import { StatusBadge } from "../../../parts/badges.tsx";
import { useFilter } from "../../../parts/filters.ts";
import { Moment } from "../../../parts/moment.tsx";
import { TimesInWords } from "../../../parts/times-in-words.tsx";
import { EventDrawer } from "./event-drawer.tsx";
import { headline } from "./headline.ts";

/** Events, newest first; one is opened beside the list, and its id is held in the URL. */
export function EventList({
  id,
  events,
}: {
  readonly id: string;
  readonly events: readonly Schemas["Event"][];
}) {
  const [opened, open] = useFilter("event");
  return (
    <>
      <Stack gap={0} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
        {events.map((event) => (
          <li key={event.id}>
            <UnstyledButton
              w="100%"
              py="xs"
              onClick={() => open(event.id)}
              style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}
            >
              <EventLine event={event} />
            </UnstyledButton>
          </li>
        ))}
      </Stack>
      <EventDrawer id={id} eventId={opened} close={() => open("")} />
    </>
  );
}

function EventLine({ event }: { readonly event: Schemas["Event"] }) {
  const { time, method, path, status, userName, count, warnings, explanation } = event;
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <StatusBadge status={status} />
      <Stack gap={2} style={{ minWidth: 0, flex: 1 }}>
        <Group gap="xs">
          <Text size="sm" fw={550}>
            {headline(event)}
          </Text>
          {userName !== null && <Text size="sm">{userName}</Text>}
          {count > 1 && <Badge variant="default">{count} times</Badge>}
          {warnings.length > 0 && <Badge color="yellow">{warnings.length} warned of</Badge>}
        </Group>
        <Text size="xs" c="dimmed" className="code" lineClamp={1}>
          {method} {path}
        </Text>
        {explanation !== null && (
          <Text size="sm" lineClamp={2}>
            <TimesInWords text={explanation} />
          </Text>
        )}
      </Stack>
      <Moment time={time} far size="xs" style={{ whiteSpace: "nowrap" }} />
    </Group>
  );
}
