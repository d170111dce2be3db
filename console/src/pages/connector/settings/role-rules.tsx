import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import type { Schemas } from "../../../api/client.ts";

/** Which group gives which role. */
export type RoleRule = Schemas["ConnectorSettings"]["roles"][number];

const RULES_MAX = 200;
const LENGTH_MAX = 100;

/** The rules in a setting that is being changed; none where it holds something else. */
export function rulesOf(value: unknown): readonly RoleRule[] {
  return Array.isArray(value) ? value : [];
}

/** The roles that groups give to their users for applications, each rule in a row of its own. */
export function RoleRules({
  rules,
  isAllowed,
  change,
}: {
  readonly rules: readonly RoleRule[];
  readonly isAllowed: boolean;
  readonly change: (rules: readonly RoleRule[]) => void;
}) {
  const put = (at: number, part: Partial<RoleRule>) =>
    change(rules.map((rule, place) => (place === at ? { ...rule, ...part } : rule)));
  const field = { required: true, maxLength: LENGTH_MAX, disabled: !isAllowed, flex: 1 } as const;
  return (
    <Stack gap="xs" component="fieldset" p={0} m={0} style={{ border: 0 }}>
      <Text component="legend" size="sm" fw={500}>
        Roles by groups
      </Text>
      <Text size="xs" c="dimmed">
        Whoever is in the group has the role for applications; the provider does not see it. Without
        a rule they see what the provider sends as roles.
      </Text>
      {rules.map(({ group, role }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place
        <Group key={at} gap="xs" wrap="nowrap">
          <TextInput
            {...field}
            aria-label={`Group of rule ${at + 1}`}
            placeholder="name of a group"
            value={group}
            onChange={(event) => put(at, { group: event.currentTarget.value })}
          />
          <Text size="sm">gives</Text>
          <TextInput
            {...field}
            aria-label={`Role of rule ${at + 1}`}
            placeholder="role"
            value={role}
            onChange={(event) => put(at, { role: event.currentTarget.value })}
          />
          {isAllowed && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Remove rule ${at + 1}`}
              onClick={() => change(rules.filter((_, place) => place !== at))}
            >
              Remove
            </Button>
          )}
        </Group>
      ))}
      {isAllowed && rules.length < RULES_MAX && (
        <Group>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => change([...rules, { group: "", role: "" }])}
          >
            Add a rule
          </Button>
        </Group>
      )}
    </Stack>
  );
}
