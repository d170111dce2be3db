import { Box, Button, Group, Text } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";

/** Copies a text; says so for a moment. */
export function Copy({
  value,
  what,
}: {
  readonly value: string;
  /** What is copied, for whoever hears the button. */
  readonly what: string;
}) {
  const clipboard = useClipboard({ timeout: 2_000 });
  return (
    <Button
      size="compact-xs"
      variant="default"
      style={{ flexShrink: 0 }}
      aria-label={`Copy ${what}`}
      onClick={() => clipboard.copy(value)}
    >
      {clipboard.copied ? "Copied" : "Copy"}
    </Button>
  );
}

/** A value under its name, to be copied. */
export function CopyValue({
  label,
  value,
  note,
}: {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}) {
  return (
    <Box>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap" align="center">
        <Text className="code" component="code">
          {value}
        </Text>
        <Copy value={value} what={label} />
      </Group>
      {note !== undefined && (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </Box>
  );
}
