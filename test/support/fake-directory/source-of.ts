import type { Provider } from "#bridge/config/settings.ts";
import { createSource } from "#bridge/providers/create.ts";
import type {
  Listing,
  ScopePage,
  ScopePart,
  Source,
  SourcePage,
  SourceTools,
} from "#bridge/source/source.ts";
import { createDirectory, type Directory, type DirectorySeed } from "./directory.ts";
import { createFakeProvider, type FakeProvider, type FakeProviderOptions } from "./provider.ts";

/** A bridge's source, and the fake that it reads. */
export interface SourceAtFake {
  readonly source: Source;
  readonly fake: FakeProvider;
  readonly directory: Directory;
}

/** When the directories of tests stand still. */
export const FAKE_NOW = Date.parse("2026-10-01T12:00:00.000Z");

/** Where a fake in this process seems to be. */
export const FAKE_ORIGIN = "https://directory.example";

/** A provider's source that reads a fake in this process. */
export async function sourceAtFake(
  provider: Provider,
  seed: DirectorySeed,
  options: Omit<FakeProviderOptions, "provider" | "directory"> = {},
): Promise<SourceAtFake> {
  const directory = createDirectory({ clock: FAKE_NOW, ...seed });
  const fake = await createFakeProvider({ ...options, provider, directory });
  const source = createSource(fake.source(FAKE_ORIGIN), fake.credentials, toolsOf(fake));
  return { source, fake, directory };
}

/** What a source needs to reach a fake in this process. */
export function toolsOf({ fetch, directory }: FakeProvider): SourceTools {
  return {
    fetch,
    now: directory.now,
    random: () => 0.5,
    newId: () => crypto.randomUUID(),
    onRequest: () => {},
  };
}

/** No test has more; a listing without an end would take all the memory. */
const PAGES_MAX = 5_000;

/** Reads a listing to its end: all records, how many pages they came on, and the last page. */
export async function readListing(source: Source, listing: Listing, since?: string) {
  const records: SourcePage["records"][number][] = [];
  let cursor: string | undefined;
  for (let pages = 1; pages < PAGES_MAX; pages += 1) {
    const last = await source.listPage(listing, cursor, since);
    records.push(...last.records);
    if (last.next === undefined) return { records, pages, last };
    cursor = last.next;
  }
  throw new Error(`The listing of ${listing} has no end.`);
}

/** Reads who belongs to a part of a scope to its end. */
export async function readScope(source: Source, part: ScopePart) {
  const pages: ScopePage[] = [];
  let cursor: string | undefined;
  do {
    const page = await source.scopePage(part, cursor);
    pages.push(page);
    cursor = page.next;
  } while (cursor !== undefined && pages.length < PAGES_MAX);
  return {
    sourceIds: pages.flatMap((page) => page.sourceIds),
    groups: pages.flatMap((page) => page.groups),
    isEveryone: pages.some((page) => page.isEveryone === true),
    pages: pages.length,
  };
}

/** Reads the members of a group to their end. */
export async function readMembers(source: Source, groupId: string): Promise<string[]> {
  const sourceIds: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await source.membersPage(groupId, cursor);
    sourceIds.push(...page.sourceIds);
    cursor = page.next;
  } while (cursor !== undefined);
  return sourceIds;
}
