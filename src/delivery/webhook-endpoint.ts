import { DurableObject } from "cloudflare:workers";

/** The deliveries of one webhook: what is queued, tried and dead, and the timer of the next try. */
export class WebhookEndpoint extends DurableObject<Env> {}
