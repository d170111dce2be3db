import { Button, Group, List, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, bodyOf } from "../../../api/client.ts";
import { Heading } from "../../../parts/heading.tsx";
import { Failure } from "../../../parts/states.tsx";

/** Brings one person over at once. */
export function OnePerson({ id }: { readonly id: string }) {
  const [key, setKey] = useState("");
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST("/connectors/{id}/bridge/sync-user", {
          params: { path: { id } },
          body: { key: key.trim() },
        }),
      ),
  });
  return (
    <Stack gap="sm">
      <Heading order={2} title="One person, now" about="Without waiting for the next run." />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!mutation.isPending) mutation.mutate();
        }}
      >
        <Group align="flex-end">
          <TextInput
            label="Id, login or address at the provider"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            required
            withAsterisk={false}
          />
          <Button type="submit" variant="default" loading={mutation.isPending}>
            Bring over
          </Button>
        </Group>
      </form>
      {mutation.error !== null && <Failure error={mutation.error} />}
      {mutation.data !== undefined && (
        <div role="status">
          <List size="sm">
            {mutation.data.steps.length === 0 && <List.Item>Nothing had to change.</List.Item>}
            {mutation.data.steps.map((step) => (
              <List.Item key={`${step.op} ${step.sourceId} ${step.group?.groupId}`}>
                <Text span size="sm" fw={600}>
                  {step.op}
                </Text>{" "}
                {step.why}
              </List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  );
}
