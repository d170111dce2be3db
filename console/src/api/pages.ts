import { type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";

/** A page of a list of the admin API. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** The items of a list that were loaded so far, and how the next ones are had. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly query: Pick<
    UseInfiniteQueryResult,
    | "isPending"
    | "error"
    | "refetch"
    | "hasNextPage"
    | "fetchNextPage"
    | "isFetchingNextPage"
    | "isFetching"
  >;
}

/** So many items a page of a list has. */
export const PAGE_ITEMS = 25;

/** Loads a list by its cursor, page by page; `key` names it with all its filters. */
export function useList<Item>(
  key: readonly unknown[],
  load: (cursor: string | undefined) => Promise<Page<Item>>,
  { everyMs, isOff = false }: { readonly everyMs?: number | false; readonly isOff?: boolean } = {},
): Listed<Item> {
  const query = useInfiniteQuery({
    queryKey: [...key],
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: first(),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: everyMs ?? false,
    enabled: !isOff,
  });
  return { items: query.data?.pages.flatMap(({ items }) => [...items]) ?? [], query };
}

/** A list begins without a cursor. */
function first(): string | undefined {
  return undefined;
}

/** A page of the API for applications, as those of the admin API are. */
export function pageOf<Item>({
  items,
  next,
}: {
  readonly items: readonly Item[];
  readonly next: string | null;
}): Page<Item> {
  return { items, nextCursor: next };
}
