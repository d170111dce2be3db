import type { KeyRing } from "#credentials/key-ring.ts";
import { formerWebhookSecret, unseal, webhookSecret } from "#credentials/sealed.ts";
import type { DeliveryTarget } from "#store/changes/delivery-feed.ts";
import type { Receiver } from "./send.ts";

/** A target with its secrets unsealed. */
export interface OpenReceiver {
  readonly target: DeliveryTarget;
  /** Where to send at a moment: the former secret signs until its time is over. */
  readonly at: (now: number) => Receiver;
}

/** Unseals the secrets of a target. */
export async function openReceiver(ring: KeyRing, target: DeliveryTarget): Promise<OpenReceiver> {
  const { id, url, formerSecret } = target;
  const connector = target.connector ?? "";
  const secret = await unseal(ring, target.secret, { connector, field: webhookSecret(id) });
  const field = formerWebhookSecret(id);
  const former =
    formerSecret === null ? undefined : await unseal(ring, formerSecret, { connector, field });
  const formerUntil = target.formerSecretUntil ?? 0;
  return {
    target,
    at: (now) => ({
      url,
      secrets: former !== undefined && now < formerUntil ? [secret, former] : [secret],
    }),
  };
}
