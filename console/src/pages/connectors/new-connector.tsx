import { Button, Group, Paper, Radio, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCaller } from "../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { Heading } from "../../parts/heading.tsx";
import { Failure } from "../../parts/states.tsx";
import { presetName } from "../provider-names.ts";
import { keepFreshSecret } from "./fresh-secrets.ts";

type Preset = NonNullable<Schemas["NewConnector"]["preset"]>;

const PRESETS: readonly Preset[] = ["okta", "entra", "google", "onelogin", "jumpcloud"];

/** Asks for the provider and a name, makes the connector, and goes on to what belongs on the provider's screens. */
export function NewConnector() {
  const [preset, setPreset] = useState<Preset | "">("");
  const [name, setName] = useState("");
  const { tenant: ownTenant } = useCaller();
  const [tenant, setTenant] = useState("");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: (body: Schemas["NewConnector"]) => bodyOf(api.POST("/connectors", { body })),
    onSuccess: async ({ connector, token }) => {
      keepFreshSecret(connector.id, token.secret);
      await queries.invalidateQueries({ queryKey: ["connectors"] });
      await navigate(`/connectors/${connector.id}/set-up`);
    },
  });
  const make = () =>
    mutation.mutate({
      name: name.trim(),
      ...(preset !== "" && { preset }),
      ...(tenant.trim() !== "" && { tenant: tenant.trim() }),
    });
  return (
    <Stack maw={760}>
      <Heading
        title="New connector"
        about="One for each identity provider. Its users and groups are a directory of their own."
      />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!mutation.isPending) make();
        }}
      >
        <Stack>
          <Radio.Group
            label="Provider"
            description="It decides which fields the next page shows. Nothing else depends on it."
            value={preset}
            onChange={(value) => {
              const chosen = PRESETS.find((each) => each === value);
              setPreset(chosen ?? "");
              if (name === "" || PRESETS.some((each) => presetName(each) === name)) {
                setName(chosen === undefined ? "" : presetName(chosen));
              }
            }}
          >
            <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} mt="xs">
              {[...PRESETS, ""].map((each) => (
                <Paper key={each} withBorder p="sm" component="label">
                  <Group gap="sm" wrap="nowrap">
                    <Radio
                      value={each}
                      aria-label={each === "" ? "Another one" : presetName(each)}
                    />
                    <Text size="sm">{each === "" ? "Another one" : presetName(each)}</Text>
                  </Group>
                </Paper>
              ))}
            </SimpleGrid>
          </Radio.Group>
          <TextInput
            label="Name"
            description="How you tell it from others."
            required
            withAsterisk={false}
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {ownTenant === null && (
            <TextInput
              label="Tenant"
              description="Your customer, if several share this gateway. It may be left empty."
              maxLength={200}
              value={tenant}
              onChange={(event) => setTenant(event.currentTarget.value)}
            />
          )}
          {mutation.error !== null && <Failure error={mutation.error} />}
          <Group>
            <Button type="submit" loading={mutation.isPending} disabled={name.trim() === ""}>
              Make the connector
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}
