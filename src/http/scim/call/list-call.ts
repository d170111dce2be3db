import type { ScimCall } from "./scim-call.ts";

/** What a list, or the read of a group with its members, needs of a call: a SCIM request or an admin's. */
export interface ListCall
  extends Pick<
    ScimCall,
    "resource" | "signer" | "baseUrl" | "types" | "ask" | "resolve" | "keep" | "inTurn"
  > {
  /** The connector whose resources are read; a SCIM call knows it from its first question on. */
  readonly access: Pick<NonNullable<ScimCall["access"]>, "connectorId"> | undefined;
  readonly facts: Pick<ScimCall["facts"], "startedAt">;
}
