import type { KeyRing } from "#credentials/key-ring.ts";
import {
  type BoundTo,
  formerWebhookSecret,
  seal,
  unseal,
  webhookSecret,
} from "#credentials/sealed.ts";

/** Standard Webhooks asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;

/** Makes a signing secret, `whsec_` and base64: what the receiver is told, once. */
export function createWebhookSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/** Whose secret it is: the webhook's id and the public one of its connector, null where it follows several. */
export interface SecretOwner {
  readonly connector: string | null;
  readonly webhookId: string;
}

/** Seals the signing secret of a webhook, to be kept. */
export function sealWebhookSecret(
  ring: KeyRing,
  secret: string,
  owner: SecretOwner,
): Promise<string> {
  return seal(ring, secret, current(owner));
}

/** Turns the sealed secret of a webhook into the sealed former one: each opens in its own place alone. */
export async function sealAsFormer(
  ring: KeyRing,
  sealed: string,
  owner: SecretOwner,
): Promise<string> {
  const secret = await unseal(ring, sealed, current(owner));
  const field = formerWebhookSecret(owner.webhookId);
  return seal(ring, secret, { connector: owner.connector ?? "", field });
}

function current({ connector, webhookId }: SecretOwner): BoundTo {
  return { connector: connector ?? "", field: webhookSecret(webhookId) };
}
