import { Badge, Button, Checkbox, Group, Stack, Table, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../api/pages.ts";
import { Confirm } from "../../parts/confirm.tsx";
import { Heading } from "../../parts/heading.tsx";
import { List } from "../../parts/list.tsx";
import { Moment } from "../../parts/moment.tsx";
import { PlainLink } from "../../parts/plain-link.tsx";
import { Nothing } from "../../parts/states.tsx";
import { tell } from "../../parts/told.ts";
import { WideTable } from "../../parts/wide-table.tsx";
import type { OfConnector } from "./of-connector.ts";

type HeldItem = Schemas["HeldItems"]["items"][number];

/** Who would lose access, and is held until somebody decides: some of them by their marks, or all that were seen. */
export function Held({ connector: { id } }: OfConnector) {
  const isAllowed = useMay("operator");
  const queries = useQueryClient();
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<"approve" | "reject">();
  const listed = useList(["held", id], (cursor) =>
    bodyOf(
      api.GET("/connectors/{id}/held", {
        params: { path: { id }, query: { cursor, limit: PAGE_ITEMS } },
      }),
    ),
  );
  const count = marked.size;
  const renew = async () => {
    setMarked(new Set());
    await queries.invalidateQueries({ queryKey: ["held", id] });
    await queries.invalidateQueries({ queryKey: ["bridge", id] });
  };
  const decide = async () => {
    const request = { params: { path: { id } }, body: { ids: [...marked] } };
    if (asked === "approve") {
      const { approved } = await bodyOf(api.POST("/connectors/{id}/held/approve", request));
      tell(`${approved} approved: those of the Bridge are confirmed at the provider once more.`);
    } else {
      const { rejected, refused } = await bodyOf(api.POST("/connectors/{id}/held/reject", request));
      const left = refused.map(({ detail }) => detail).join(" ");
      tell(`${rejected} rejected. ${left}`.trimEnd());
    }
    await renew();
  };
  const toggle = (itemId: string) => {
    const next = new Set(marked);
    if (!next.delete(itemId)) next.add(itemId);
    setMarked(next);
  };
  return (
    <Stack>
      <Heading
        order={2}
        title="Held"
        about="So many at once may be a mistake at the provider, so nobody was told yet."
      >
        {isAllowed && (
          <Group gap="xs">
            <Button
              size="xs"
              color="red"
              disabled={count === 0}
              onClick={() => setAsked("approve")}
            >
              Approve {count}
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={count === 0}
              onClick={() => setAsked("reject")}
            >
              Reject {count}
            </Button>
          </Group>
        )}
      </Heading>
      <List listed={listed} empty={<Nothing title="Nobody is held" />}>
        {(items) => (
          <WideTable minWidth={520}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={40}>
                  {isAllowed && (
                    <Checkbox
                      aria-label="Mark all that are shown"
                      checked={count > 0 && count === items.length}
                      indeterminate={count > 0 && count < items.length}
                      onChange={() =>
                        setMarked(
                          count === items.length
                            ? new Set()
                            : new Set(items.map((item) => item.id)),
                        )
                      }
                    />
                  )}
                </Table.Th>
                <Table.Th>Who</Table.Th>
                <Table.Th>Why</Table.Th>
                <Table.Th>Since</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((item) => (
                <Table.Tr key={item.id}>
                  <Table.Td>
                    {isAllowed && (
                      <Checkbox
                        aria-label={`Mark ${nameOf(item)}`}
                        checked={marked.has(item.id)}
                        onChange={() => toggle(item.id)}
                      />
                    )}
                  </Table.Td>
                  <Table.Td>
                    <PlainLink to={`/connectors/${id}/${pathOf(item)}`}>{nameOf(item)}</PlainLink>
                    {item.kind !== "user" && (
                      <Text span size="xs" c="dimmed">
                        {item.kind === "group" ? " (group)" : ` (in ${item.displayName})`}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Badge variant="default">{item.why}</Badge>
                  </Table.Td>
                  <Table.Td>
                    <Moment time={item.since} far />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </WideTable>
        )}
      </List>
      <Confirm
        opened={asked !== undefined}
        close={() => setAsked(undefined)}
        title={asked === "approve" ? "Approve what is held" : "Reject what is held"}
        action={asked === "approve" ? `Approve ${count}` : `Reject ${count}`}
        act={decide}
      >
        {asked === "approve"
          ? `${count} that are marked lose their access; those of the Bridge once the provider has confirmed it.`
          : `${count} that are marked keep their access; a later run of the Bridge that still wants them weighs them again.`}
      </Confirm>
    </Stack>
  );
}

function nameOf(item: HeldItem): string {
  if (item.kind === "group") return item.displayName ?? item.groupId;
  return item.userName ?? item.userId;
}

function pathOf(item: HeldItem): string {
  return item.kind === "group" ? `groups/${item.groupId}` : `users/${item.userId}`;
}
