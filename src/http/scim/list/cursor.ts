import { decodeBase64Url, encodeBase64Url } from "#credentials/base64url.ts";
import { SIGNATURE_CHARACTERS } from "#credentials/signer.ts";
import type { ListCall } from "#http/scim/call/call.ts";
import { ScimError } from "#scim/error.ts";
import { CURSOR_TIMEOUT_SECONDS } from "#scim/list/list.ts";
import type { Position } from "#scim/list/sort.ts";
import type { TypeName } from "#scim/ports.ts";
import type { ListScope } from "./list.ts";

/** Where a list goes on: behind a resource of a type. */
export interface ListPosition extends Position {
  readonly type: TypeName;
}

/** What a cursor says: whose list, when the page before was asked for, and where it ended. */
interface CursorPayload extends ListPosition {
  /** The signed number of the connector: clients can read a cursor, and the number is none of theirs. */
  readonly owner: string;
  readonly issuedAt: number;
}

/**
 * A sort value of more characters does not go into a cursor: with the longest one of 8 KB, folded
 * and in base64, the next GET could exceed what a URL may have.
 */
const SORT_VALUE_CHARACTERS_MAX = 2_000;

/**
 * Makes the `nextCursor` of RFC 9865 §2: unreserved characters, signed, and bound to the connector,
 * the endpoint, the filter and the order. It grants nothing that the token does not.
 */
export async function signCursor(
  call: ListCall,
  listing: ListScope,
  position: ListPosition,
): Promise<string> {
  const { type, id, value } = position;
  if (typeof value === "string" && value.length > SORT_VALUE_CHARACTERS_MAX) {
    throw ScimError.invalidValue(
      "The page ends at a resource whose value is too long for a cursor. Page by startIndex.",
    );
  }
  const owner = await call.tools.signer.sign(ownerText(call));
  const payload: CursorPayload = { owner, issuedAt: call.facts.startedAt, type, id, value };
  const text = encodeBase64Url(new TextEncoder().encode(JSON.stringify(payload)));
  return text + (await call.tools.signer.sign(signedText(listing, text)));
}

/** A cursor that was read, and its last check, for when the caller's connector is known. */
export interface OpenedCursor {
  readonly position: ListPosition;
  readonly requireOwn: () => Promise<void>;
}

/** Reads a cursor that signCursor made for the same list; invalidCursor or expiredCursor otherwise. */
export async function decodeCursor(
  call: ListCall,
  listing: ListScope,
  cursor: string,
): Promise<OpenedCursor> {
  const text = cursor.slice(0, -SIGNATURE_CHARACTERS);
  const signature = cursor.slice(-SIGNATURE_CHARACTERS);
  const isOurs = await call.tools.signer.verify(signedText(listing, text), signature);
  if (!isOurs) throw invalidCursor();
  // The signature says that signCursor wrote it.
  const payload = JSON.parse(new TextDecoder().decode(decodeBase64Url(text))) as CursorPayload;
  const { owner, issuedAt, ...position } = payload;
  if (call.facts.startedAt > issuedAt + CURSOR_TIMEOUT_SECONDS * 1_000) {
    throw ScimError.expiredCursor(
      `The cursor is older than ${CURSOR_TIMEOUT_SECONDS} seconds. Start again with an empty one.`,
    );
  }
  const requireOwn = async () => {
    if (!(await call.tools.signer.verify(ownerText(call), owner))) throw invalidCursor();
  };
  return { position, requireOwn };
}

function signedText({ types, parameters }: ListScope, text: string): string {
  const { filter = null, sortBy = null, sortOrder } = parameters;
  return JSON.stringify([types, filter, sortBy, sortOrder, text]);
}

function invalidCursor(): ScimError {
  return ScimError.invalidCursor(
    "This cursor was not given out for this list. Start with an empty one, and change nothing but the cursor and the count.",
  );
}

function ownerText({ caller: { connectorId } }: ListCall): string {
  if (connectorId === undefined) throw new Error("A cursor was used before its caller was known.");
  return `connector ${connectorId}`;
}
