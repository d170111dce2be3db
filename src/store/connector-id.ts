/** The internal number of a connector: the isolation key that every store function takes first. */
export type ConnectorId = number & { readonly kind: "ConnectorId" };
