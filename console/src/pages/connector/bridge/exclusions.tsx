import { Button, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { Heading } from "../../../parts/heading.tsx";
import { Failure } from "../../../parts/states.tsx";

/** Who is left out of every run. */
export function Exclusions({
  id,
  bridge,
}: {
  readonly id: string;
  readonly bridge: Schemas["Bridge"];
}) {
  const isAllowed = useMay("operator");
  const [pattern, setPattern] = useState("");
  const queries = useQueryClient();
  const keep = (after: Schemas["Bridge"]) => {
    queries.setQueryData(["bridge", id], after);
    setPattern("");
  };
  const exclude = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST("/connectors/{id}/bridge/excluded", {
          params: { path: { id } },
          body: { pattern: pattern.trim() },
        }),
      ),
    onSuccess: keep,
  });
  const include = useMutation({
    mutationFn: (each: string) =>
      bodyOf(
        api.DELETE("/connectors/{id}/bridge/excluded/{pattern}", {
          params: { path: { id, pattern: each } },
        }),
      ),
    onSuccess: keep,
  });
  const error = exclude.error ?? include.error;
  return (
    <Stack gap="sm">
      <Heading
        order={2}
        title="Left out"
        about={`Logins or addresses, * for any text. Who is here already ${bridge.onExcluded === "deactivate" ? "is switched off" : "stays, and is not looked after any more"}.`}
      />
      {error !== null && <Failure error={error} />}
      {bridge.excluded.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nobody is left out.
        </Text>
      ) : (
        <Table fz="sm" w="auto">
          <Table.Tbody>
            {bridge.excluded.map((each) => (
              <Table.Tr key={each}>
                <Table.Td className="code">{each}</Table.Td>
                <Table.Td>
                  {isAllowed && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      disabled={include.isPending}
                      onClick={() => include.mutate(each)}
                    >
                      Take back in
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {isAllowed && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!exclude.isPending) exclude.mutate();
          }}
        >
          <Group align="flex-end">
            <TextInput
              label="Leave out"
              placeholder="robot-*@example.com"
              value={pattern}
              onChange={(event) => setPattern(event.currentTarget.value)}
              required
              withAsterisk={false}
            />
            <Button type="submit" variant="default" loading={exclude.isPending}>
              Leave out
            </Button>
          </Group>
        </form>
      )}
    </Stack>
  );
}
