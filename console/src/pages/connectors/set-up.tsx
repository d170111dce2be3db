import { Alert, Button, Group, List, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { useMay } from "../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { CopyValue } from "../../parts/copy.tsx";
import { Heading } from "../../parts/heading.tsx";
import { LinkButton } from "../../parts/plain-link.tsx";
import { Failure, Loading } from "../../parts/states.tsx";
import { presetName } from "../provider-names.ts";
import { freshSecret, keepFreshSecret } from "./fresh-secrets.ts";
import { type Field, guideFor } from "./guides.ts";
import { LiveTicks } from "./live-ticks.tsx";
import { SelfTest } from "./self-test.tsx";

/** What belongs on the provider's screens, and what arrives from there. */
export function SetUp() {
  const { id = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["connector", id],
    queryFn: () => bodyOf(api.GET("/connectors/{id}", { params: { path: { id } } })),
  });
  if (isPending) return <Loading />;
  if (data === undefined) return <Failure error={error} again={refetch} />;
  return <Steps connector={data} />;
}

function Steps({ connector }: { readonly connector: Schemas["Connector"] }) {
  const guide = guideFor(connector.preset);
  const [secret, setSecret] = useState(freshSecret(connector.id));
  return (
    <Stack maw={860}>
      <Heading
        title={`Set up ${connector.name}`}
        about={`What belongs on the screens of ${presetName(connector.preset) === "Any" ? "your provider" : presetName(connector.preset)}, in their order.`}
      >
        <LinkButton to={`/connectors/${connector.id}`} variant="default">
          To the connector
        </LinkButton>
      </Heading>
      <SecretOnce connector={connector} secret={secret} setSecret={setSecret} />
      <Paper withBorder p="md">
        <Stack>
          <Title order={2} size="h4">
            At the provider
          </Title>
          <List type="ordered" spacing="xs" size="sm">
            {guide.before.map((step) => (
              <List.Item key={step}>{step}</List.Item>
            ))}
          </List>
          {guide.fields.map((field) => (
            <ProviderField key={field.label} field={field} connector={connector} secret={secret} />
          ))}
          <List type="ordered" spacing="xs" size="sm" start={guide.before.length + 1}>
            {guide.after.map((step) => (
              <List.Item key={step}>{step}</List.Item>
            ))}
          </List>
        </Stack>
      </Paper>
      <LiveTicks id={connector.id} />
      <SelfTest id={connector.id} />
    </Stack>
  );
}

function ProviderField({
  field: { label, value, note },
  connector,
  secret,
}: {
  readonly field: Field;
  readonly connector: Schemas["Connector"];
  readonly secret: string | undefined;
}) {
  const withNote = note === undefined ? {} : { note };
  if (value === "url") {
    return <CopyValue label={label} value={connector.scimBaseUrl} {...withNote} />;
  }
  if (typeof value === "object")
    return <CopyValue label={label} value={value.text} {...withNote} />;
  if (secret === undefined) {
    return (
      <div>
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <Text size="sm" c="dimmed">
          The token that you kept. {note}
        </Text>
      </div>
    );
  }
  const text = value === "bearer" ? `Bearer ${secret}` : secret;
  return <CopyValue label={label} value={text} {...withNote} />;
}

/** The token, this once; or, when it is gone, the way to another one. */
function SecretOnce({
  connector: { id },
  secret,
  setSecret,
}: {
  readonly connector: Schemas["Connector"];
  readonly secret: string | undefined;
  readonly setSecret: (secret: string) => void;
}) {
  const mayMake = useMay("operator");
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST("/connectors/{id}/tokens", {
          params: { path: { id } },
          body: { scope: "read-write" },
        }),
      ),
    onSuccess: (token) => {
      keepFreshSecret(id, token.secret);
      setSecret(token.secret);
    },
  });
  if (secret !== undefined) {
    return (
      <Alert color="yellow" title="The token is shown this once">
        <Stack gap="xs">
          <Text size="sm">
            Copy it now. Nobody can read it again here, not even you; when this page is closed or
            loaded anew it is gone. Whoever has it can change every user of this connector.
          </Text>
          <CopyValue label="Token" value={secret} />
        </Stack>
      </Alert>
    );
  }
  return (
    <Alert color="gray" title="The token was shown when it was made">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">It cannot be read again. If it was not kept, make another one.</Text>
        {mutation.error !== null && <Failure error={mutation.error} />}
        {mayMake && (
          <Group>
            <Button
              size="xs"
              variant="default"
              loading={mutation.isPending}
              onClick={() => mutation.mutate()}
            >
              Make another token
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
