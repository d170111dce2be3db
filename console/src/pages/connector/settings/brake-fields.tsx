import { Group, NumberInput, Select, Stack, Text } from "@mantine/core";
import type { Schemas } from "../../../api/client.ts";

/** What is done when a provider switches many people off at once. */
export type Brake = Schemas["ConnectorSettings"]["brake"];

const MODES: readonly { readonly value: Brake["mode"]; readonly label: string }[] = [
  { value: "alert", label: "raise an alert" },
  { value: "hold", label: "raise an alert and hold them" },
  { value: "off", label: "do nothing" },
];

/** The brake of a connector: how many switch-offs are too many, in what time, and what is done then. */
export function BrakeFields({
  brake,
  isAllowed,
  change,
}: {
  readonly brake: Brake;
  readonly isAllowed: boolean;
  readonly change: (part: Partial<Brake>) => void;
}) {
  const number = { allowDecimal: false, disabled: !isAllowed, w: 160 } as const;
  return (
    <Stack gap="xs" component="fieldset" p={0} m={0} style={{ border: 0 }}>
      <Text component="legend" size="sm" fw={500}>
        When the provider switches many people off at once
      </Text>
      <Select
        label="Then"
        data={[...MODES]}
        value={brake.mode}
        allowDeselect={false}
        disabled={!isAllowed}
        onChange={(value) => {
          const chosen = MODES.find((each) => each.value === value);
          if (chosen !== undefined) change({ mode: chosen.value });
        }}
      />
      <Group gap="sm">
        <NumberInput
          {...number}
          label="More than"
          suffix=" people"
          min={1}
          value={brake.max}
          onChange={(value) => change({ max: Number(value) })}
        />
        <NumberInput
          {...number}
          label="and more than"
          suffix=" % of all"
          min={0}
          max={100}
          value={brake.percent}
          onChange={(value) => change({ percent: Number(value) })}
        />
        <NumberInput
          {...number}
          label="within"
          suffix=" minutes"
          min={1}
          value={brake.minutes}
          onChange={(value) => change({ minutes: Number(value) })}
        />
      </Group>
    </Stack>
  );
}
