import type { PersonSeed } from "./person.ts";

/** Names a person by ordinal, login or address. */
export type PersonRef = number | string;

/** Something that happens to a fake directory; plain JSON, so that it can be posted to a server as well. */
export type DirectoryChange =
  | { readonly op: "add"; readonly person: PersonSeed }
  /** A null clears a field. */
  | { readonly op: "change"; readonly person: PersonRef; readonly set: PersonSeed }
  | { readonly op: "rename"; readonly person: PersonRef; readonly userName: string }
  | { readonly op: "disable" | "enable" | "restore"; readonly person: PersonRef }
  | { readonly op: "remove"; readonly person: PersonRef; readonly permanent?: boolean }
  /** The former record goes for good, and the same person comes back under a new id. */
  | { readonly op: "rehire"; readonly person: PersonRef }
  | { readonly op: "addGroup"; readonly group: GroupSeed }
  | { readonly op: "renameGroup"; readonly group: number; readonly name: string }
  | { readonly op: "removeGroup"; readonly group: number }
  | { readonly op: "join" | "leave"; readonly group: number; readonly person: PersonRef }
  | { readonly op: "setClock"; readonly at: number };

/** A group as a test names it; `people` are ordinals, or a range of them with its end left out. */
export interface GroupSeed {
  readonly name: string;
  readonly description?: string;
  readonly people?: readonly number[] | { readonly from: number; readonly to: number };
  /** The ordinals of groups that are members. */
  readonly groups?: readonly number[];
  /** At Google: everybody of the customer is a member, and these addresses outside are. */
  readonly everyone?: boolean;
  readonly external?: readonly string[];
}
