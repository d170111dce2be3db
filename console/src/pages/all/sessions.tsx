import { Button, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../api/caller.tsx";
import { api, bodyOf, done, type Schemas } from "../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../api/pages.ts";
import { Confirm } from "../../parts/confirm.tsx";
import { Heading } from "../../parts/heading.tsx";
import { List } from "../../parts/list.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Nothing } from "../../parts/states.tsx";
import { tell } from "../../parts/told.ts";
import { WideTable } from "../../parts/wide-table.tsx";
import { nameOf } from "../../shell/frame.tsx";

/** Who is signed in to the console, and how such a session is ended. */
export function Sessions() {
  const isAllowed = useMay("admin");
  const queries = useQueryClient();
  const [ending, setEnding] = useState<Schemas["ConsoleSession"]>();
  const listed = useList(["sessions"], (cursor) =>
    bodyOf(api.GET("/sessions", { params: { query: { cursor, limit: PAGE_ITEMS } } })),
  );
  const end = async () => {
    if (ending === undefined) return;
    const path = { sessionId: ending.id };
    await done(api.DELETE("/sessions/{sessionId}", { params: { path } }));
    tell("Ended.");
    await queries.invalidateQueries({ queryKey: ["sessions"] });
  };
  return (
    <Stack>
      <Heading
        title="Sessions"
        about="Who is signed in here. People who come through Cloudflare Access are not among them."
      />
      <List listed={listed} empty={<Nothing title="Nobody is signed in" />}>
        {(sessions) => (
          <WideTable minWidth={620}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Signed in with</Table.Th>
                <Table.Th>Since</Table.Th>
                <Table.Th>Last seen</Table.Th>
                <Table.Th>From</Table.Th>
                <Table.Th>
                  <VisuallyHidden>What can be done</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sessions.map((session) => (
                <Table.Tr key={session.id}>
                  <Table.Td>{nameOf(session.actor)}</Table.Td>
                  <Table.Td>
                    <Moment time={session.createdAt} far />
                  </Table.Td>
                  <Table.Td>
                    <Moment time={session.lastSeenAt} far />
                  </Table.Td>
                  <Table.Td>
                    {session.clientIp}
                    <Text size="xs" c="dimmed" lineClamp={1}>
                      {session.userAgent}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    {isAllowed && (
                      <Button
                        size="compact-xs"
                        variant="light"
                        color="red"
                        onClick={() => setEnding(session)}
                      >
                        End
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </WideTable>
        )}
      </List>
      <Confirm
        opened={ending !== undefined}
        close={() => setEnding(undefined)}
        title="End a session"
        action="End it"
        act={end}
      >
        One browser is signed out with its next click. If the key itself is in strange hands, revoke
        the key.
      </Confirm>
    </Stack>
  );
}
