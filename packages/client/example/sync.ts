import { listGroups, listMembers, listUsers, type Member } from "../src/directory.ts";
import { CursorExpiredError, latestCursor, readChanges } from "../src/feed.ts";
import { type Gateway, GatewayError, type Scope } from "../src/gateway.ts";
import type { Copy, ReadDirectory } from "./copy.ts";

/** What is copied: the directory of a connector, those of a tenant, or all that the key sees. */
export interface Source extends Scope {
  readonly gateway: Gateway;
}

/** How a copy is brought up to date. */
export interface SyncOptions {
  /** How many events each call asks for. */
  readonly limit?: number;
  /** How many seconds the last call waits for an event. */
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

/**
 * Brings a copy up to date: from its cursor on, or by reading the whole directory where it has none
 * or one that is no longer kept, and where a connector came to it. May stop at any moment and begin again.
 */
export async function catchUp(
  source: Source,
  copy: Copy,
  { limit = 1_000, wait = 0, signal }: SyncOptions = {},
): Promise<void> {
  let after = (await copy.cursor()) ?? (await readAnew(source, copy));
  let hasMore = true;
  while (hasMore) {
    try {
      const options = { after, limit, wait, ...(signal && { signal }) };
      const page = await readChanges(source.gateway, source, options);
      // Of a directory that came to the reader, nothing was told before: it has to be read.
      if (page.events.some(({ type }) => type === "connector.joined")) {
        after = await readAnew(source, copy);
        continue;
      }
      await copy.apply(page.events, page.next);
      ({ next: after, hasMore } = page);
    } catch (error) {
      if (!(error instanceof CursorExpiredError)) throw error;
      after = await readAnew(source, copy);
    }
  }
}

/** The cursor is taken first: what changes while the directory is read comes again as an event. */
async function readAnew(source: Source, copy: Copy): Promise<string> {
  const next = await latestCursor(source.gateway, source);
  await copy.replaceAll(await readDirectory(source), next);
  return next;
}

async function readDirectory({ gateway, ...scope }: Source): Promise<ReadDirectory> {
  const users = await allOf(listUsers(gateway, scope));
  const shown = { excludedAttributes: "members" };
  const groups = await allOf(listGroups(gateway, scope, shown));
  const members = new Map<string, readonly Member[]>();
  for (const { connector, resource } of groups) {
    const list = await allOf(listMembers(gateway, connector, resource.id)).catch(noneIfGone);
    members.set(resource.id, list);
  }
  return { users, groups, members };
}

/** A group may be deleted between two calls; the feed then tells. */
function noneIfGone(error: unknown): readonly Member[] {
  if (error instanceof GatewayError && error.status === 404) return [];
  throw error;
}

async function allOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
