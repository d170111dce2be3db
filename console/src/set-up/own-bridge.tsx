import { Alert, Button, Group, List, Select, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { bodyOf, done, sendJson } from "../api/client.ts";
import { Asked, valuesOf } from "../pages/connector/bridge/set-up-bridge.tsx";
import { SOURCES } from "../pages/connector/bridge/sources.ts";
import { Failure, Loading } from "../parts/states.tsx";
import { tell } from "../parts/told.ts";
import { setupApi } from "./session.ts";

/** Takes the credentials with which the provider's own API is read; they are never shown again. */
export function OwnBridge({ id, preset }: { readonly id: string; readonly preset: string | null }) {
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(preset ?? "");
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["own-bridge", id],
    queryFn: () =>
      bodyOf(setupApi.GET("/setup/v1/connectors/{id}/bridge", { params: { path: { id } } })),
  });
  const mutation = useMutation({
    mutationFn: (body: object) =>
      done(sendJson("PUT", `/setup/v1/connectors/${id}/bridge/credentials`, body)),
    onSuccess: async () => {
      tell("Stored.");
      check.reset();
      await queries.invalidateQueries({ queryKey: ["own-bridge", id] });
    },
  });
  const check = useMutation({
    mutationFn: () =>
      bodyOf(setupApi.POST("/setup/v1/connectors/{id}/bridge/check", { params: { path: { id } } })),
  });
  if (isPending) return <Loading />;
  if (data === undefined) return <Failure error={error} again={refetch} />;
  const isSetUp = data.source !== null;
  const type = data.source?.type ?? chosen;
  const source = SOURCES.find((each) => each.type === type);
  const fields = isSetUp ? [] : (source?.source ?? []);
  return (
    <Stack maw={620}>
      <Title order={2} size="h4">
        Access to your directory
      </Title>
      <Text size="sm">
        With these credentials people and groups are read from your provider. They are sealed when
        they are stored, sent to your provider alone, and shown to nobody again.
      </Text>
      {isSetUp && (
        <Alert color="gray" title={`${source?.label ?? type} is set up`}>
          <Stack gap="xs" align="flex-start">
            <Text size="sm">
              {data.paused
                ? "It rests until the team that sent you this link has looked at it. Credentials that you store take the place of those that are there."
                : "Credentials that you store take the place of those that are there."}
            </Text>
            <Button
              size="xs"
              variant="default"
              loading={check.isPending}
              onClick={() => check.mutate()}
            >
              Test the connection
            </Button>
            {check.error !== null && <Failure error={check.error} />}
            {check.data !== undefined && (
              <List size="sm" aria-live="polite">
                {check.data.checks.map(({ name, ok, detail }) => (
                  <List.Item key={name}>
                    {ok ? "Works" : "Does not work"}: {name}. {detail}
                  </List.Item>
                ))}
              </List>
            )}
          </Stack>
        </Alert>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (source === undefined || mutation.isPending) return;
          const form = event.currentTarget;
          const given = new FormData(form);
          const credentials = valuesOf(source.credentials, given);
          const place = isSetUp ? {} : { source: { type, ...valuesOf(fields, given) } };
          mutation.mutate({ ...place, credentials }, { onSuccess: () => form.reset() });
        }}
      >
        <Stack>
          {!isSetUp && (
            <Select
              label="Provider"
              data={SOURCES.map((each) => ({ value: each.type, label: each.label }))}
              value={source === undefined ? null : type}
              onChange={(value) => setChosen(value ?? "")}
              placeholder="Choose one"
            />
          )}
          {source !== undefined && (
            <Stack key={source.type}>
              {[...fields, ...source.credentials].map((field) => (
                <Asked key={field.name} field={field} />
              ))}
            </Stack>
          )}
          {mutation.error !== null && <Failure error={mutation.error} />}
          <Group>
            <Button type="submit" loading={mutation.isPending} disabled={source === undefined}>
              Store the credentials
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}
