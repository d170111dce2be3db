import type { Context, Hono } from "hono";
import { createSetSigner } from "#credentials/feed-key.ts";
import type { AppEnv, Services } from "#http/request/services.ts";

/** Where receivers that know the issuer alone find the keys of the feed's security event tokens. */
export const JWKS_PATH = "/.well-known/jwks.json";

/** Reads the JSON Web Key Set (RFC 7517 §5) of the feed, open to everybody, for an answer that may be cached. */
export function jwksOf({ config }: Services) {
  const signer = createSetSigner(config.keyRing);
  return async (context: Context<AppEnv>) => {
    // A new key signs at once: a receiver that meets an unknown `kid` asks again anyway.
    context.header("Cache-Control", "public, max-age=300");
    return { keys: await signer.publicKeys() };
  };
}

/** Registers the key set where its issuer is asked for it. */
export function addJwksRoute(app: Hono<AppEnv>, services: Services): void {
  const readKeys = jwksOf(services);
  app.get(JWKS_PATH, async (context) => context.json(await readKeys(context)));
}
