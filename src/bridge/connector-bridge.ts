import { DurableObject } from "cloudflare:workers";

/** The pull sync of one connector: its state, links, cursor and timer. */
export class ConnectorBridge extends DurableObject<Env> {}
