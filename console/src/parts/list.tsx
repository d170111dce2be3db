import { Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Listed } from "../api/pages.ts";
import { Failure, Loading } from "./states.tsx";

/** A list as far as it was loaded, with a button for more; what stands for no items, for waiting and for a failure. */
export function List<Item>({
  listed: { items, query },
  empty,
  children,
}: {
  readonly listed: Listed<Item>;
  readonly empty: ReactNode;
  readonly children: (items: readonly Item[]) => ReactNode;
}) {
  if (query.isPending) return <Loading />;
  if (query.error !== null && items.length === 0) {
    return <Failure error={query.error} again={() => query.refetch()} />;
  }
  if (items.length === 0 && !query.hasNextPage) return empty;
  return (
    <Stack gap="md">
      {children(items)}
      {query.error !== null && <Failure error={query.error} again={() => query.refetch()} />}
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {items.length} shown{query.hasNextPage ? ", there are more" : ""}
        </Text>
        {query.hasNextPage && (
          <Button
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        )}
      </Group>
    </Stack>
  );
}
