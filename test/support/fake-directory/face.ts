import type { SourceConfig, SourceCredentials } from "#bridge/config/settings.ts";
import type { Directory, Page } from "./directory.ts";
import type { FaultRule } from "./faults.ts";

/** One request as a provider's face sees it. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly now: number;
  readonly fault: FaultRule | undefined;
}

/** A directory in one provider's API. */
export interface Face {
  /** How a bridge is told of it, when it answers at this origin. */
  readonly source: (origin: string) => SourceConfig;
  readonly credentials: SourceCredentials;
  readonly handle: (call: Call) => Promise<Response> | Response;
  readonly refuse: (status: RefusalStatus, call: Call) => Response;
  /** Ends all access tokens that were given out. */
  readonly revokeTokens: () => void;
}

/** The refusals that every provider words in its own way; "quota" is Google's 403. */
export type RefusalStatus = 401 | 403 | 429 | 500 | 503 | "quota";

/** What a face is made of. */
export interface FaceOptions {
  readonly directory: Directory;
}

/** A JSON answer. */
export function json(
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

/** Reads a page, unless the request's fault wants another: an empty one, or the first one for ever. */
export function readPage<Item>(
  { fault }: Call,
  from: number,
  read: (from: number) => Page<Item>,
): Page<Item> {
  if (fault?.kind === "emptyList") return { items: [], next: undefined };
  if (fault?.kind !== "repeatedPage" && fault?.kind !== "endlessPages") return read(from);
  const first = read(0);
  if (from === 0) return first;
  return { items: first.items, next: fault.kind === "repeatedPage" ? from : from + 1 };
}

/** A page of a list in memory; cursors are positions. */
export function pageOf<Item>(items: readonly Item[], from: number, limit: number): Page<Item> {
  const end = from + limit;
  return { items: items.slice(from, end), next: end < items.length ? end : undefined };
}

/** The address of the request with other parameters, at a foreign host where the fault wants that. */
export function linkTo(
  { url, fault }: Call,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const link = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) link.searchParams.delete(name);
    else link.searchParams.set(name, value);
  }
  const origin = fault?.kind === "foreignNext" ? "https://attacker.example" : url.origin;
  return `${origin}${link.pathname}${link.search}`;
}

/** A whole number of the query; undefined for anything else. */
export function readNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** How long a throttled caller is to wait. */
export function waitSeconds({ fault }: Call): number {
  return fault?.seconds ?? 1;
}

/** A cursor that says nothing to its reader. */
export function encodeCursor(value: unknown): string {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What a cursor was made of; undefined for a text that is no cursor. */
export function decodeCursor(text: string): unknown {
  try {
    return JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}

/** Where a page begins by its cursor: 0 without one, undefined for one that this list did not give. */
export function readPosition(cursor: string | null): number | undefined {
  if (cursor === null || cursor === "") return 0;
  const position = decodeCursor(cursor);
  return typeof position === "number" ? position : undefined;
}

/** Ids of one kind: a prefix and the ordinal, filled up to a fixed length. */
export interface Ids {
  readonly of: (n: number) => string;
  /** The ordinal in an id; undefined for an id of another kind. */
  readonly ordinal: (id: string) => number | undefined;
}

/** Makes ids such as `00u` + seventeen characters of base 36. */
export function createIds(prefix: string, digits: number, radix: number): Ids {
  const of = (n: number) => prefix + n.toString(radix).padStart(digits, "0");
  return {
    of,
    ordinal: (id) => {
      const n = Number.parseInt(id.slice(prefix.length), radix);
      return Number.isSafeInteger(n) && n >= 0 && of(n) === id ? n : undefined;
    },
  };
}

/** Drops the members that are undefined; null stays. */
export function defined(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
