import { Group, Stack, Text, Timeline, Title } from "@mantine/core";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../../api/pages.ts";
import { StatusBadge } from "../../../parts/badges.tsx";
import { DifferenceTable } from "../../../parts/difference.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { PlainLink } from "../../../parts/plain-link.tsx";
import { TimesInWords } from "../../../parts/times-in-words.tsx";
import { headline } from "../log/headline.ts";

/** What happened to one person, newest first, with what each event changed. */
export function History({ id, userId }: { readonly id: string; readonly userId: string }) {
  const listed = useList(["history", id, userId], (cursor) =>
    bodyOf(
      api.GET("/connectors/{id}/users/{userId}/events", {
        params: { path: { id, userId }, query: { cursor, limit: PAGE_ITEMS } },
      }),
    ),
  );
  return (
    <Stack gap="sm">
      <Title order={3} size="h5">
        History
      </Title>
      <List
        listed={listed}
        empty={
          <Text size="sm" c="dimmed">
            The log has nothing about this person any more.
          </Text>
        }
      >
        {(events) => (
          <Timeline bulletSize={12} lineWidth={2}>
            {events.map((event) => (
              <Timeline.Item key={event.id}>
                <HistoryItem id={id} event={event} />
              </Timeline.Item>
            ))}
          </Timeline>
        )}
      </List>
    </Stack>
  );
}

function HistoryItem({ id, event }: { readonly id: string; readonly event: Schemas["Event"] }) {
  const { time, status, actor, explanation, difference, memberships = [] } = event;
  // Of a group's members the person alone is meant, and the words above say it.
  const { members: _, ...ofGroup } = difference ?? {};
  const shown = memberships.length > 0 ? ofGroup : (difference ?? {});
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <StatusBadge status={status} />
        <PlainLink to={`/connectors/${id}/log?event=${event.id}`}>{headline(event)}</PlainLink>
        <Moment time={time} size="sm" c="dimmed" />
        {actor !== null && (
          <Text size="sm" c="dimmed">
            by {actor}
          </Text>
        )}
      </Group>
      {explanation !== null && (
        <Text size="sm">
          <TimesInWords text={explanation} />
        </Text>
      )}
      {memberships.map(({ change, groupId, groupName }) => (
        <Text size="sm" key={`${change} ${groupId}`}>
          {WORDS[change]}{" "}
          <PlainLink to={`/connectors/${id}/groups/${groupId}`}>{groupName ?? groupId}</PlainLink>
        </Text>
      ))}
      {Object.keys(shown).length > 0 && <DifferenceTable difference={shown} />}
    </Stack>
  );
}

const WORDS = { joined: "Joined", left: "Left", waits: "Waits to join" } as const;
