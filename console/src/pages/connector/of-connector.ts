import type { Schemas } from "../../api/client.ts";

/** What every page of a connector is given. */
export interface OfConnector {
  readonly connector: Schemas["Connector"];
}
