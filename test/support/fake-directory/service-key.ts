import { exportJWK, exportPKCS8, generateKeyPair } from "jose";

/** The RSA key of a service app or a service account. */
export interface ServiceKey {
  readonly kid: string;
  readonly publicKey: CryptoKey;
  /** The private key in the two forms in which consoles hand it out. */
  readonly privateKeyJwk: JsonWebKey & { readonly kid: string };
  readonly privateKeyPem: string;
}

let made: Promise<ServiceKey> | undefined;

/** The key of all fake providers of this process: making one takes a while. */
export function serviceKey(): Promise<ServiceKey> {
  made ??= makeServiceKey();
  return made;
}

async function makeServiceKey(): Promise<ServiceKey> {
  const kid = "fake-key-1";
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  // jose types members as optional strings, where JsonWebKey is the same thing without undefined.
  const jwk = (await exportJWK(privateKey)) as JsonWebKey;
  return {
    kid,
    publicKey,
    privateKeyJwk: { ...jwk, kid, alg: "RS256" },
    privateKeyPem: await exportPKCS8(privateKey),
  };
}
