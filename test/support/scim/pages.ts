import { expect } from "vitest";
import type { TestAnswer, TestClient } from "#test/support/gateway.ts";

/** How a list is asked for: its path, and its parameters but the cursor. */
export interface CursorList {
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Runs while each page is being read. */
  readonly meanwhile?: (page: number) => Promise<unknown>;
}

/** Asks for one page of a list by cursor; an empty cursor is the first page. */
export function cursorPage(
  client: TestClient,
  { path = "/Users", query = {} }: CursorList,
  cursor: string,
): Promise<TestAnswer> {
  return client.call(`${path}?${new URLSearchParams({ ...query, cursor })}`);
}

/** Reads a whole list by cursor and gives its answers, page by page. */
export async function cursorPages(client: TestClient, list: CursorList): Promise<TestAnswer[]> {
  const answers: TestAnswer[] = [];
  let cursor: string | undefined = "";
  while (cursor !== undefined) {
    const page: Promise<TestAnswer> = cursorPage(client, list, cursor);
    await list.meanwhile?.(answers.length);
    const answer = await page;
    expect(answer.status).toBe(200);
    answers.push(answer);
    cursor = answer.body.nextCursor;
  }
  return answers;
}

/** The ids of the resources in answers, in order. */
export function idsIn(...answers: readonly TestAnswer[]): string[] {
  return answers.flatMap(({ body }) => body.Resources.map(({ id }: { id: string }) => id));
}
