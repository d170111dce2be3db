import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

/** The title of a page, which is that of the window too, what it is about, and what can be done there. */
export function Heading({
  title,
  about,
  order = 1,
  children,
}: {
  readonly title: string;
  readonly about?: ReactNode;
  readonly order?: 1 | 2;
  readonly children?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · scim-edge`;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <Stack gap={2} maw="100%" style={{ flex: "1 1 16rem" }}>
        <Title order={order} size={order === 1 ? "h2" : "h3"}>
          {title}
        </Title>
        {about !== undefined && (
          <Text c="dimmed" size="sm" component="div">
            {about}
          </Text>
        )}
      </Stack>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}
