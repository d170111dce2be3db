import { median } from "./statistics.js";

/**
 * A walk over all users by cursor; `first` and `last` are the medians of its first and last tenth.
 *
 * @typedef {{ ms: number, rowsRead: number }} Page
 * @typedef {{ users: number, total: number, twice: number, pages: number, seconds: number, first: Page, last: Page }} Walk
 */

const COUNT = 1_000;

/**
 * Reads every user by cursor, 1,000 a page.
 *
 * @param {import("./scale-world.js").World} world
 * @param {(text: string) => void} say
 * @returns {Promise<Walk>}
 */
export async function walkUsers({ users, ask }, say) {
  /** @type {Page[]} */
  const pages = [];
  const ids = new Set();
  let [cursor, found, total] = ["", 0, 0];
  const startedAt = performance.now();
  do {
    const sentAt = performance.now();
    const path = `/Users?cursor=${cursor}&count=${COUNT}&attributes=userName`;
    const { text, headers } = await ask({ path });
    pages.push({ ms: performance.now() - sentAt, rowsRead: Number(headers["d1-rows-read"]) });
    const { Resources, totalResults, nextCursor = "" } = JSON.parse(text);
    for (const { id } of Resources) ids.add(id);
    [cursor, found, total] = [nextCursor, found + Resources.length, totalResults];
    if (pages.length % 200 === 0) say(`${found} of ${users} users are read`);
  } while (cursor !== "");
  const seconds = (performance.now() - startedAt) / 1000;
  const tenth = Math.max(1, Math.floor(pages.length / 10));
  // The last page is seldom full.
  const last = pages.length === 1 ? pages : pages.slice(-tenth - 1, -1);
  return {
    ...{ users: ids.size, total, twice: found - ids.size, pages: pages.length, seconds },
    first: medianOf(pages.slice(0, tenth)),
    last: medianOf(last),
  };
}

/** @param {readonly Page[]} pages @returns {Page} */
function medianOf(pages) {
  return {
    ms: median(pages.map(({ ms }) => ms)),
    rowsRead: median(pages.map(({ rowsRead }) => rowsRead)),
  };
}
