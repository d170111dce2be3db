import { Badge, Stack, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../../api/pages.ts";
import { Heading } from "../../../parts/heading.tsx";
import { List } from "../../../parts/list.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { Nothing } from "../../../parts/states.tsx";
import { WideTable } from "../../../parts/wide-table.tsx";
import { countsInWords, durationOf, RUN_COLOURS } from "./run-words.ts";

/** The runs of a bridge, newest first. */
export function Runs({ id, everyMs }: { readonly id: string; readonly everyMs: number }) {
  const listed = useList(
    ["runs", id],
    (cursor) =>
      bodyOf(
        api.GET("/connectors/{id}/bridge/runs", {
          params: { path: { id }, query: { cursor, limit: PAGE_ITEMS } },
        }),
      ),
    { everyMs },
  );
  return (
    <Stack>
      <Heading order={2} title="Runs" />
      <List
        listed={listed}
        empty={<Nothing title="No run yet">A dry run shows what a first one would do.</Nothing>}
      >
        {(runs) => (
          <WideTable minWidth={600} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Began</Table.Th>
                <Table.Th>Kind</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Took</Table.Th>
                <Table.Th>Did</Table.Th>
                <Table.Th>Issues</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {runs.map((run) => (
                <RunRow key={run.runId} id={id} run={run} />
              ))}
            </Table.Tbody>
          </WideTable>
        )}
      </List>
    </Stack>
  );
}

function RunRow({ id, run }: { readonly id: string; readonly run: Schemas["Run"] }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Link className="row-link" to={`/connectors/${id}/bridge/runs/${run.runId}`}>
          <Moment time={run.startedAt} />
        </Link>
      </Table.Td>
      <Table.Td>{run.mode === "plan" ? "dry run" : run.mode}</Table.Td>
      <Table.Td>
        <Badge color={RUN_COLOURS[run.state]}>{run.state}</Badge>
      </Table.Td>
      <Table.Td>{durationOf(run)}</Table.Td>
      <Table.Td>
        <Text size="sm">{countsInWords(run.counts)}</Text>
      </Table.Td>
      <Table.Td>{run.issueCount}</Table.Td>
    </Table.Tr>
  );
}
