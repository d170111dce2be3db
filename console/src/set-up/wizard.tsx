import { Alert, Button, Group, List, Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { bodyOf, type Schemas } from "../api/client.ts";
import { ARRIVALS, arrived } from "../pages/connectors/arrivals.ts";
import { type Field, guideFor } from "../pages/connectors/guides.ts";
import { StatusBadge } from "../parts/badges.tsx";
import { CopyValue } from "../parts/copy.tsx";
import { Moment } from "../parts/moment.tsx";
import { Failure } from "../parts/states.tsx";
import { setupApi } from "./session.ts";

const EVERY_MS = 3_000;

/** What belongs on the provider's screens, a token for them, and what arrives from there. */
export function Wizard({ connector }: { readonly connector: Schemas["OwnConnector"] }) {
  const { id, preset } = connector;
  const guide = guideFor(preset);
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(
        setupApi.POST("/setup/v1/connectors/{id}/tokens", {
          params: { path: { id } },
          body: { scope: "read-write" },
        }),
      ),
  });
  const secret = mutation.data?.secret;
  return (
    <Stack>
      {secret === undefined ? (
        <Alert color="gray" title="A token for your provider">
          <Stack gap="xs" align="flex-start">
            <Text size="sm">
              Your provider proves itself with it. It is shown once, so make it when you are ready
              to put it in place. Tokens that were made before go on working.
            </Text>
            {mutation.error !== null && <Failure error={mutation.error} />}
            <Button size="xs" loading={mutation.isPending} onClick={() => mutation.mutate()}>
              Make a token
            </Button>
          </Stack>
        </Alert>
      ) : (
        <Alert color="yellow" title="The token is shown this once">
          <Stack gap="xs">
            <Text size="sm">
              Copy it now. When this page is closed or loaded anew, nobody can read it again.
              Whoever has it can change every user of this connector.
            </Text>
            <CopyValue label="Token" value={secret} />
          </Stack>
        </Alert>
      )}
      <Paper withBorder p="md">
        <Stack>
          <Title order={2} size="h4">
            At your provider
          </Title>
          <List type="ordered" spacing="xs" size="sm">
            {guide.before.map((step) => (
              <List.Item key={step}>{step}</List.Item>
            ))}
          </List>
          {guide.fields.map((field) => (
            <OwnField key={field.label} field={field} url={connector.scimBaseUrl} secret={secret} />
          ))}
          <List type="ordered" spacing="xs" size="sm" start={guide.before.length + 1}>
            {guide.after.map((step) => (
              <List.Item key={step}>{step}</List.Item>
            ))}
          </List>
        </Stack>
      </Paper>
      <Arrivals id={id} />
    </Stack>
  );
}

function OwnField({
  field: { label, value, note },
  url,
  secret,
}: {
  readonly field: Field;
  readonly url: string;
  readonly secret: string | undefined;
}) {
  const withNote = note === undefined ? {} : { note };
  if (value === "url") return <CopyValue label={label} value={url} {...withNote} />;
  if (typeof value === "object") {
    return <CopyValue label={label} value={value.text} {...withNote} />;
  }
  if (secret !== undefined) {
    const text = value === "bearer" ? `Bearer ${secret}` : secret;
    return <CopyValue label={label} value={text} {...withNote} />;
  }
  return (
    <div>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <Text size="sm" c="dimmed">
        The token from above. {note}
      </Text>
    </div>
  );
}

/** Ticks off what arrives from the provider as it happens, and explains the newest refusal. */
function Arrivals({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["arrivals", id],
    queryFn: () =>
      bodyOf(setupApi.GET("/setup/v1/connectors/{id}/arrivals", { params: { path: { id } } })),
    refetchInterval: EVERY_MS,
  });
  const events = data?.items ?? [];
  const found = arrived(events);
  const refused = events.find(({ status }) => status >= 400);
  return (
    <Paper withBorder p="md">
      <Stack>
        <Title order={2} size="h4">
          What arrives
        </Title>
        <Text size="sm" c="dimmed">
          This list follows by itself; leave the page open while you set your provider up.
        </Text>
        {error !== null && <Failure error={error} again={refetch} />}
        <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }} aria-live="polite">
          {ARRIVALS.map(({ name, label }) => {
            const has = found.has(name);
            return (
              <Group key={name} component="li" gap="sm" wrap="nowrap">
                <ThemeIcon radius="xl" size="sm" color={has ? "green" : "gray"} variant="light">
                  <span aria-hidden="true">{has ? "✓" : "·"}</span>
                </ThemeIcon>
                <Text size="sm">
                  {label}
                  {has ? ": here" : ": not yet"}
                </Text>
              </Group>
            );
          })}
        </Stack>
        {refused !== undefined && (
          <Alert color="red" title="The newest refusal">
            <Group gap="xs">
              <StatusBadge status={refused.status} />
              <Text size="sm" className="code">
                {refused.method} {refused.path}
              </Text>
              <Moment time={refused.time} far size="sm" />
            </Group>
            <Text size="sm">{refused.explanation ?? "There is no explanation of it."}</Text>
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}
