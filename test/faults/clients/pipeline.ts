import type { Ledger } from "./ledger.ts";
import { createUser, type Framing, pathOfName, type RawRequest } from "./requests.ts";

/** A request, and what `shown` has to tell of its answer. */
export interface Exchange {
  readonly request: RawRequest;
  readonly expected: object;
}

/** Creates a user by one connector's token, and looks for it by both tokens and by one that is none. */
export function exchangesOf(
  ledger: Ledger,
  [first, second]: readonly [string, string],
  number: number,
): readonly Exchange[] {
  const userName = ledger.newName();
  ledger.note(userName, "stored");
  const [owner, other] = number % 2 === 0 ? [first, second] : [second, first];
  const framing: Framing = number % 3 === 0 ? "chunked" : "Content-Length";
  const search = (token: string) => ({ method: "GET", path: pathOfName(userName), token });
  return [
    { request: createUser(owner, userName, framing), expected: { status: 201, of: userName } },
    { request: search(other), expected: { status: 200, of: 0 } },
    { request: search("sgw_none"), expected: { status: 401, of: "401" } },
    { request: search(owner), expected: { status: 200, of: 1 } },
  ];
}
