import {
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { Heading } from "../../../parts/heading.tsx";
import { Failure } from "../../../parts/states.tsx";
import { tell } from "../../../parts/told.ts";
import type { OfConnector } from "../of-connector.ts";
import { type Brake, BrakeFields } from "./brake-fields.tsx";
import { MEANINGS } from "./meanings.ts";
import { RoleRules, rulesOf } from "./role-rules.tsx";

type Value = string | number | boolean | readonly string[];
type Values = Readonly<Record<string, unknown>>;

/** The settings of a connector, each with what it means; what was changed alone is sent. */
export function SettingsForm({ connector }: OfConnector) {
  const isAllowed = useMay("operator");
  const queries = useQueryClient();
  const [name, setName] = useState(connector.name);
  const [changed, setChanged] = useState<Values>({});
  const [brake, setBrake] = useState<Partial<Brake>>({});
  const hasBrake = Object.keys(brake).length > 0;
  const current: Values = { ...connector.settings, ...changed };
  const change = (setting: string, value: unknown) => setChanged({ ...changed, [setting]: value });
  const body: Schemas["ChangedConnector"] = {
    ...(name.trim() !== connector.name && { name: name.trim() }),
    ...((Object.keys(changed).length > 0 || hasBrake) && {
      settings: { ...changed, ...(hasBrake && { brake }) },
    }),
  };
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(api.PATCH("/connectors/{id}", { params: { path: { id: connector.id } }, body })),
    onSuccess: async (after) => {
      queries.setQueryData(["connector", connector.id], after);
      await queries.invalidateQueries({ queryKey: ["connectors"] });
      tell("Saved. It holds from the next request on.");
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!mutation.isPending) mutation.mutate();
      }}
    >
      <Stack maw={620}>
        <Heading order={2} title="Settings" />
        <TextInput
          label="Name"
          required
          withAsterisk={false}
          maxLength={200}
          disabled={!isAllowed}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {MEANINGS.map((each) => (
          <Setting
            key={each.name}
            meaning={each}
            value={current[each.name]}
            isAllowed={isAllowed}
            change={(value) => change(each.name, value)}
          />
        ))}
        <RoleRules
          rules={rulesOf(current.roles)}
          isAllowed={isAllowed}
          change={(roles) => change("roles", roles)}
        />
        <BrakeFields
          brake={{ ...connector.settings.brake, ...brake }}
          isAllowed={isAllowed}
          change={(part) => setBrake({ ...brake, ...part })}
        />
        {mutation.error !== null && <Failure error={mutation.error} />}
        {isAllowed && (
          <Group>
            <Button
              type="submit"
              loading={mutation.isPending}
              disabled={Object.keys(body).length === 0}
            >
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function Setting({
  meaning,
  value,
  isAllowed,
  change,
}: {
  readonly meaning: (typeof MEANINGS)[number];
  readonly value: unknown;
  readonly isAllowed: boolean;
  readonly change: (value: Value) => void;
}) {
  const field = { label: meaning.label, description: meaning.meaning, disabled: !isAllowed };
  switch (meaning.kind) {
    case "switch":
      return (
        <Switch
          {...field}
          checked={value === true}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <Select
          {...field}
          data={[...meaning.choices]}
          value={String(value)}
          allowDeselect={false}
          onChange={(chosen) => chosen !== null && change(chosen)}
        />
      );
    case "list":
      return (
        <TagsInput
          {...field}
          placeholder={meaning.placeholder}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={change}
          splitChars={[",", " "]}
        />
      );
    case "text":
      return (
        <TextInput
          {...field}
          placeholder={meaning.placeholder}
          maxLength={meaning.maxLength}
          value={String(value)}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    case "number":
      return (
        <NumberInput
          {...field}
          suffix={` ${meaning.unit}`}
          min={meaning.min}
          max={meaning.max}
          allowDecimal={false}
          value={Number(value)}
          onChange={(given) => change(Number(given))}
        />
      );
  }
}
