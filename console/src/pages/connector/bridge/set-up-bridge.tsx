import {
  Alert,
  Button,
  Group,
  PasswordInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../../api/caller.tsx";
import { done } from "../../../api/client.ts";
import { putBridge } from "../../../api/put-bridge.ts";
import { Heading } from "../../../parts/heading.tsx";
import { Failure, Nothing } from "../../../parts/states.tsx";
import { tell } from "../../../parts/told.ts";
import type { OfConnector } from "../of-connector.ts";
import { SOURCES, type SourceField } from "./sources.ts";

/** Asks for what the Bridge needs of a provider. It is stored paused: the next page checks it and plans a first run. */
export function SetUpBridge({ connector: { id, preset } }: OfConnector) {
  const isAllowed = useMay("operator");
  const [type, setType] = useState(preset ?? "");
  const queries = useQueryClient();
  const source = SOURCES.find((each) => each.type === type);
  const mutation = useMutation({
    mutationFn: (body: object) => done(putBridge(id, body)),
    onSuccess: async () => {
      tell("Stored, and paused. Check the connection next.");
      await queries.invalidateQueries({ queryKey: ["bridge", id] });
    },
  });
  if (!isAllowed) {
    return <Nothing title="No Bridge">An operator can set one up.</Nothing>;
  }
  return (
    <Stack maw={620}>
      <Heading
        order={2}
        title="Set the Bridge up"
        about="It asks the provider's own API for people and groups, where no app there pushes them."
      />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (source === undefined || mutation.isPending) return;
          const given = new FormData(event.currentTarget);
          mutation.mutate({
            source: { type, ...valuesOf(source.source, given) },
            credentials: valuesOf(source.credentials, given),
            paused: true,
          });
        }}
      >
        <Stack>
          <Select
            label="Provider"
            data={SOURCES.map((each) => ({ value: each.type, label: each.label }))}
            value={source === undefined ? null : type}
            onChange={(value) => setType(value ?? "")}
            placeholder="Choose one"
          />
          {source !== undefined && (
            <Stack key={source.type}>
              {[...source.source, ...source.credentials].map((field) => (
                <Asked key={field.name} field={field} />
              ))}
              <Alert color="gray">
                <Text size="sm">
                  Credentials are sealed when they are stored, sent to this provider alone, and
                  shown to nobody again.
                </Text>
              </Alert>
            </Stack>
          )}
          {mutation.error !== null && <Failure error={mutation.error} />}
          <Group>
            <Button type="submit" loading={mutation.isPending} disabled={source === undefined}>
              Store it, paused
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}

/** Asks for one field. */
export function Asked({ field }: { readonly field: SourceField }) {
  const { name, label, placeholder, hint, kind, isOptional = false } = field;
  const shared = {
    name,
    label,
    required: !isOptional,
    withAsterisk: false,
    autoComplete: "off",
    ...(hint !== undefined && { description: hint }),
    ...(placeholder !== undefined && { placeholder }),
  };
  if (kind === "secret") return <PasswordInput {...shared} />;
  if (kind === "long secret") return <Textarea {...shared} autosize minRows={4} maxRows={8} />;
  return <TextInput {...shared} />;
}

/** What was written into fields, without those that were left empty. */
export function valuesOf(
  fields: readonly SourceField[],
  given: FormData,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = given.get(name);
      return typeof value === "string" && value.trim() !== "" ? [[name, value.trim()]] : [];
    }),
  );
}
