import { Alert, Drawer, Group, List, Stack, Table, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { StatusBadge } from "../../../parts/badges.tsx";
import { BodyText } from "../../../parts/body-text.tsx";
import { DifferenceTable } from "../../../parts/difference.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { PlainLink } from "../../../parts/plain-link.tsx";
import { Failure, Loading } from "../../../parts/states.tsx";
import { TimesInWords } from "../../../parts/times-in-words.tsx";
import { headline } from "./headline.ts";

/** One event: why it ended as it did, what to do next, what it changed, and what was sent and answered. */
export function EventDrawer({
  id,
  eventId,
  close,
}: {
  readonly id: string;
  readonly eventId: string;
  readonly close: () => void;
}) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["event", id, eventId],
    queryFn: () =>
      bodyOf(api.GET("/connectors/{id}/events/{eventId}", { params: { path: { id, eventId } } })),
    enabled: eventId !== "",
  });
  return (
    <Drawer
      opened={eventId !== ""}
      onClose={close}
      position="right"
      size="lg"
      title={data === undefined ? "Event" : headline(data)}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {eventId === "" ? null : isPending ? (
        <Loading lines={8} />
      ) : data === undefined ? (
        <Failure error={error} again={refetch} />
      ) : (
        <EventFacts id={id} event={data} />
      )}
    </Drawer>
  );
}

function EventFacts({ id, event }: { readonly id: string; readonly event: Schemas["Event"] }) {
  const { status, explanation, warnings, difference, requestBody, responseBody, memberships } =
    event;
  return (
    <Stack>
      {explanation !== null && (
        <Alert
          color={status >= 400 ? "red" : "blue"}
          title={status >= 400 ? "Why, and what to do" : "What it means"}
        >
          <TimesInWords text={explanation} />
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert color="yellow" title="Let pass">
          <List size="sm">
            {warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Facts id={id} event={event} />
      {difference !== null && (
        <Stack gap="xs">
          <Title order={3} size="h6">
            What it changed
          </Title>
          <DifferenceTable difference={difference} />
        </Stack>
      )}
      {memberships !== undefined && memberships.length > 0 && (
        <List size="sm">
          {memberships.map(({ change, groupId, groupName }) => (
            <List.Item key={groupId}>
              {MEMBERSHIP[change]} {groupName ?? groupId}
            </List.Item>
          ))}
        </List>
      )}
      {requestBody !== null && <BodyText name="Request" text={requestBody} />}
      {responseBody !== null && <BodyText name="Answer" text={responseBody} />}
    </Stack>
  );
}

const MEMBERSHIP = { joined: "Joined", left: "Left", waits: "Waits to join" } as const;

function Facts({ id, event }: { readonly id: string; readonly event: Schemas["Event"] }) {
  const { resourceType, resourceId, userName, scimType, actor } = event;
  const page = resourceType === "User" ? "users" : resourceType === "Group" ? "groups" : undefined;
  const name = userName ?? resourceId;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      "Answer",
      <Group gap="xs" key="answer">
        <StatusBadge status={event.status} />
        {scimType}
      </Group>,
    ],
    ["Time", <Moment key="time" time={event.time} />],
    ["Request", `${event.method} ${event.path}`],
    [
      "About",
      page !== undefined && resourceId !== null ? (
        <PlainLink key="about" to={`/connectors/${id}/${page}/${resourceId}`}>
          {name}
        </PlainLink>
      ) : (
        name
      ),
    ],
    ["By", actor],
    ["From", event.clientIp],
    ["Client", event.userAgent],
    ["Credential", event.credentialId],
    ["Took", `${event.latencyMs} ms`],
    ["Id", event.id],
  ];
  return (
    <Table fz="sm" verticalSpacing={4} layout="fixed">
      <Table.Tbody>
        {facts.flatMap(([label, value]) =>
          value === null || value === "" ? (
            []
          ) : (
            <Table.Tr key={label}>
              <Table.Th w={96}>{label}</Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
            </Table.Tr>
          ),
        )}
      </Table.Tbody>
    </Table>
  );
}
