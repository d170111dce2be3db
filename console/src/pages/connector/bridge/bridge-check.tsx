import { Button, Group, List, Stack, Text, ThemeIcon } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api, bodyOf } from "../../../api/client.ts";
import { Heading } from "../../../parts/heading.tsx";
import { Failure } from "../../../parts/states.tsx";

/** Tries the connection to the provider, step by step. */
export function BridgeCheck({ id }: { readonly id: string }) {
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(api.POST("/connectors/{id}/bridge/check", { params: { path: { id } } })),
  });
  return (
    <Stack gap="sm">
      <Heading
        order={2}
        title="Connection"
        about="Asks the provider for what a run needs, and changes nothing."
      >
        <Button
          size="xs"
          variant="default"
          loading={mutation.isPending}
          onClick={() => mutation.mutate()}
        >
          Check
        </Button>
      </Heading>
      {mutation.error !== null && <Failure error={mutation.error} />}
      {mutation.data !== undefined && (
        <div role="status">
          <List spacing="xs" size="sm" center>
            {mutation.data.checks.map(({ name, ok, detail }) => (
              <List.Item
                key={name}
                icon={
                  <ThemeIcon size="sm" radius="xl" variant="light" color={ok ? "green" : "red"}>
                    <span aria-hidden="true">{ok ? "✓" : "!"}</span>
                  </ThemeIcon>
                }
              >
                <Group gap="xs">
                  <Text size="sm" fw={600}>
                    {name}: {ok ? "good" : "not good"}
                  </Text>
                  <Text size="sm">{detail}</Text>
                </Group>
              </List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  );
}
