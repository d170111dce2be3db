import { Box, Group, Text } from "@mantine/core";
import { Copy } from "./copy.tsx";

/** A text as it was sent, JSON set in lines; markup in it stays text. */
export function BodyText({ name, text }: { readonly name: string; readonly text: string }) {
  const shown = inLines(text);
  return (
    <Box>
      <Group justify="space-between" mb={4}>
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Copy value={text} what={name} />
      </Group>
      <Box
        component="pre"
        className="code"
        tabIndex={0}
        aria-label={name}
        m={0}
        p="sm"
        bg="var(--mantine-color-default-hover)"
        mah={360}
        style={{ overflow: "auto", whiteSpace: "pre-wrap", borderRadius: 8 }}
      >
        {shown}
      </Box>
    </Box>
  );
}

/** JSON with an indent; what is none stays as it is. */
export function inLines(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
