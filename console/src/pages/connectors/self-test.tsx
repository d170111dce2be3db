import { Badge, Button, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useMay } from "../../api/caller.tsx";
import { api, bodyOf } from "../../api/client.ts";
import { Failure } from "../../parts/states.tsx";
import { WideTable } from "../../parts/wide-table.tsx";

/** Plays a provider against the connector, with a user and a group that it takes away again. */
export function SelfTest({ id }: { readonly id: string }) {
  const isAllowed = useMay("operator");
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(api.POST("/connectors/{id}/self-test", { params: { path: { id } }, body: {} })),
  });
  if (!isAllowed) return null;
  return (
    <Paper withBorder p="md">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            Self-test
          </Title>
          <Button variant="default" loading={mutation.isPending} onClick={() => mutation.mutate()}>
            Play a provider
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          Makes a user and a group as a provider would, changes them and takes them away again.
        </Text>
        {mutation.error !== null && <Failure error={mutation.error} />}
        {mutation.data !== undefined && (
          <Stack gap="xs" role="status">
            <Badge color={mutation.data.passed ? "green" : "red"}>
              {mutation.data.passed ? "all steps passed" : "a step failed"}
            </Badge>
            <WideTable minWidth={480}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Step</Table.Th>
                  <Table.Th>Request</Table.Th>
                  <Table.Th>Answer</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {mutation.data.steps.map(({ name, request, status, passed, detail }) => (
                  <Table.Tr key={name}>
                    <Table.Td>{name}</Table.Td>
                    <Table.Td className="code">
                      {request.method} {request.path}
                    </Table.Td>
                    <Table.Td>
                      <Badge variant="light" color={passed ? "green" : "red"}>
                        {status ?? "none"}
                      </Badge>{" "}
                      {detail}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </WideTable>
          </Stack>
        )}
      </Stack>
    </Paper>
  );
}
