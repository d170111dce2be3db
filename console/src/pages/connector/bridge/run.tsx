import { Alert, Badge, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { shownValue } from "../../../parts/difference.tsx";
import { Heading } from "../../../parts/heading.tsx";
import { Moment } from "../../../parts/moment.tsx";
import { PlainLink } from "../../../parts/plain-link.tsx";
import { Failure, Loading } from "../../../parts/states.tsx";
import { WideTable } from "../../../parts/wide-table.tsx";
import type { OfConnector } from "../of-connector.ts";
import { countsInWords, durationOf, RUN_COLOURS } from "./run-words.ts";

const EVERY_MS = 2_000;

/** One run: what it did or, of a dry run, would do; and who was not provisioned, and why. */
export function BridgeRun({ connector: { id } }: OfConnector) {
  const { runId = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["run", id, runId],
    queryFn: () =>
      bodyOf(api.GET("/connectors/{id}/bridge/runs/{runId}", { params: { path: { id, runId } } })),
    refetchInterval: ({ state }) => (state.data?.finishedAt === null ? EVERY_MS : false),
  });
  if (isPending) return <Loading />;
  if (data === undefined) return <Failure error={error} again={refetch} />;
  const { mode, state, counts, issues, issueCount, plan, startedAt } = data;
  return (
    <Stack gap="lg">
      <Text size="sm">
        <PlainLink to={`/connectors/${id}/bridge`}>Bridge</PlainLink>
      </Text>
      <Heading
        order={2}
        title={mode === "plan" ? "Dry run" : "Run"}
        about={
          <Group gap="xs">
            <Badge color={RUN_COLOURS[state]}>{state}</Badge>
            <Moment time={startedAt} />
            <span>{durationOf(data)}</span>
          </Group>
        }
      />
      <Text size="sm">
        {mode === "plan" ? "It would do: " : "It did: "}
        {countsInWords(counts)}.
      </Text>
      {data.error !== null && (
        <Alert color="red" title="Why it failed">
          {data.error}
        </Alert>
      )}
      {data.waitingFor !== null && (
        <Alert color="yellow" title="It waits">
          {data.waitingFor}
        </Alert>
      )}
      {plan !== undefined && <Plan id={id} plan={plan} />}
      {issueCount > 0 && <Issues issues={issues} issueCount={issueCount} />}
    </Stack>
  );
}

const OPS: ReadonlyMap<string, string> = new Map([
  ["create", "Create"],
  ["update", "Change"],
  ["deactivate", "Switch off"],
  ["reactivate", "Switch on"],
  ["delete", "Delete"],
  ["link", "Link"],
]);

function Plan({
  id,
  plan,
}: {
  readonly id: string;
  readonly plan: NonNullable<Schemas["RunWithPlan"]["plan"]>;
}) {
  return (
    <Stack gap="sm">
      <Title order={3} size="h5">
        What a run would do
      </Title>
      {plan.wouldHold && (
        <Alert color="yellow" title="Some switch-offs would be held">
          So many at once go past the guard; somebody would have to approve them.
        </Alert>
      )}
      {plan.steps.length === 0 ? (
        <Text size="sm">Nothing: all is as the provider has it.</Text>
      ) : (
        <WideTable minWidth={560}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What</Table.Th>
              <Table.Th>Whom</Table.Th>
              <Table.Th>With</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {plan.steps.map((step) => (
              <Table.Tr key={`${step.op} ${step.sourceId} ${step.userId} ${step.group?.groupId}`}>
                <Table.Td>{OPS.get(step.op) ?? step.op}</Table.Td>
                <Table.Td>
                  <Whom id={id} step={step} />
                </Table.Td>
                <Table.Td>
                  {step.why !== null && <Text size="sm">{step.why}</Text>}
                  <Text size="xs" className="code">
                    {Object.entries(step.set)
                      .map(([name, value]) => `${name} = ${shownValue(value)}`)
                      .join("; ")}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </WideTable>
      )}
    </Stack>
  );
}

function Whom({ id, step }: { readonly id: string; readonly step: Schemas["PlannedStep"] }) {
  const { set, sourceId, userId, group, op } = step;
  const { userName } = set;
  const name = typeof userName === "string" ? userName : (group?.displayName ?? sourceId);
  if (userId === null || op === "create") return name;
  return <PlainLink to={`/connectors/${id}/users/${userId}`}>{name}</PlainLink>;
}

function Issues({
  issues,
  issueCount,
}: {
  readonly issues: readonly Schemas["Issue"][];
  readonly issueCount: number;
}) {
  return (
    <Stack gap="sm">
      <Title order={3} size="h5">
        Who was not provisioned, and why
      </Title>
      <WideTable minWidth={520}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Whom</Table.Th>
            <Table.Th>Kind</Table.Th>
            <Table.Th>Why, and what to do</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {issues.map(({ kind, sourceId, userName, detail }) => (
            <Table.Tr key={`${kind} ${sourceId} ${userName} ${detail}`}>
              <Table.Td>{userName ?? sourceId ?? "not known"}</Table.Td>
              <Table.Td className="code">{kind}</Table.Td>
              <Table.Td>{detail}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
      {issueCount > issues.length && (
        <Text size="sm" c="dimmed">
          {issueCount - issues.length} more are in the event log.
        </Text>
      )}
    </Stack>
  );
}
