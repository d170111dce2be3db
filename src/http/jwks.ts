import type { Hono } from "hono";
import { createSetSigner } from "#credentials/feed-key.ts";
import type { AppEnv, Services } from "#http/request/services.ts";

/** Where receivers find the keys of the feed's security event tokens. */
export const JWKS_PATH = "/.well-known/jwks.json";

/** Registers the JSON Web Key Set (RFC 7517 §5) of the feed, open to everybody. */
export function addJwksRoute(app: Hono<AppEnv>, { config }: Services): void {
  const signer = createSetSigner(config.keyRing);
  app.get(JWKS_PATH, async (context) => {
    // A new key signs at once: a receiver that meets an unknown `kid` asks again anyway.
    context.header("Cache-Control", "public, max-age=300");
    return context.json({ keys: await signer.publicKeys() });
  });
}
