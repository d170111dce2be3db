import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { decodeBase64Url, encodeBase64Url } from "#credentials/base64url.ts";
import { type KeyRing, parseKeyRing } from "#credentials/key-ring.ts";
import {
  BRIDGE_CREDENTIALS,
  createResealer,
  formerWebhookSecret,
  isSealedByNewest,
  SealError,
  seal,
  unseal,
  webhookSecret,
} from "#credentials/sealed.ts";

const OLD = `old:${"A".repeat(42)}E`;
const NEW = `new:${"B".repeat(42)}E`;
const [RING, ROTATED, WITHOUT_OLD] = [OLD, `${NEW},${OLD}`, NEW].map(parseKeyRing) as [
  KeyRing,
  KeyRing,
  KeyRing,
];
const PLACE = { connector: "acme-1", field: BRIDGE_CREDENTIALS };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Every string, broken surrogate pairs apart: those are no text. */
const texts = fc.string({ unit: "binary", maxLength: 200 });

/** The code with which a text is refused. */
async function codeOf(ring: KeyRing, sealed: string, place = PLACE): Promise<unknown> {
  return unseal(ring, sealed, place).catch((error: unknown) =>
    error instanceof SealError ? error.code : error,
  );
}

/** Seals with Node's own HKDF and AES-256-GCM, by the words of docs/decisions/0007-sealed-secrets.md. */
function sealElsewhere(key: string, text: string | Uint8Array, aad: string): string {
  const [name = "", secret = ""] = key.split(":");
  const info = "scim-edge sealed secret";
  const derived = hkdfSync("sha256", Buffer.from(secret, "base64url"), "", info, 32);
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(derived), iv).setAAD(Buffer.from(aad));
  const bytes = [cipher.update(Buffer.from(text)), cipher.final(), cipher.getAuthTag()];
  return `v1.${name}.${iv.toString("base64url")}.${Buffer.concat(bytes).toString("base64url")}`;
}

/** The parts of a sealed text. */
function partsOf(sealed: string) {
  const [format = "", name = "", iv = "", ciphertext = ""] = sealed.split(".");
  return { format, name, iv, ciphertext };
}

describe("a sealed text", () => {
  test("a key ring with one name twice is refused", () => {
    expect(() => parseKeyRing(`${OLD},${OLD}`)).toThrow("each name once");
  });

  test("names its format and its key, and has a fresh 96-bit IV each time", async () => {
    const sealed = await Promise.all([1, 2].map(() => seal(ROTATED, "secret", PLACE)));

    expect(sealed[0]).toMatch(/^v1\.new\.[\w-]{16}\.[\w-]{30}$/);
    expect(sealed[0]).not.toBe(sealed[1]);
  });

  test("opens to the very text that was sealed", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await unseal(RING, await seal(RING, text, PLACE), PLACE)).toBe(text);
      }),
    );
  });

  test("opens where another implementation of the same standards sealed it", async () => {
    const sealed = sealElsewhere(OLD, "secret", '["v1","acme-1","bridge.credentials"]');

    expect(await unseal(RING, sealed, PLACE)).toBe("secret");
  });

  test("does not open where its bytes are no text", async () => {
    const bytes = Uint8Array.of(0x61, 0xff);
    const sealed = sealElsewhere(OLD, bytes, '["v1","acme-1","bridge.credentials"]');

    expect(await codeOf(RING, sealed)).toBe("notAuthentic");
  });

  test.each([1, 15])("of %d bytes, fewer than the tag has, is malformed", async (length) => {
    const ciphertext = encodeBase64Url(new Uint8Array(length));

    expect(await codeOf(RING, `v1.old.${"A".repeat(16)}.${ciphertext}`)).toBe("malformed");
  });

  test("is refused by an error that is known by its name", async () => {
    await expect(unseal(RING, "nonsense", PLACE)).rejects.toMatchObject({ name: "SealError" });
  });

  test("keeps a byte order mark at its start", async () => {
    expect(await unseal(RING, await seal(RING, "\uFEFFa", PLACE), PLACE)).toBe("\uFEFFa");
  });

  test("opens as long as its key is in the ring, wherever it stands", async () => {
    const sealed = await seal(RING, "secret", PLACE);

    expect(await unseal(ROTATED, sealed, PLACE)).toBe("secret");
    expect(await codeOf(WITHOUT_OLD, sealed)).toBe("unknownKey");
  });

  test("does not open with another key of the same name", async () => {
    const sealed = await seal(RING, "secret", PLACE);

    expect(await codeOf(parseKeyRing(`old:${"C".repeat(42)}E`), sealed)).toBe("notAuthentic");
  });

  test.each([
    ["another connector", { ...PLACE, connector: "acme-2" }],
    ["another field", { ...PLACE, field: webhookSecret("w1") }],
    ["the former secret's field", { ...PLACE, field: formerWebhookSecret("w1") }],
    ["a shifted border", { connector: `acme-1","${BRIDGE_CREDENTIALS}`, field: "" }],
  ])("does not open for %s", async (_what, place) => {
    const sealed = await seal(RING, "secret", PLACE);

    expect(await codeOf(RING, sealed, place)).toBe("notAuthentic");
  });

  test("does not open when any one bit of IV or ciphertext was flipped", async () => {
    const { iv, ciphertext } = partsOf(await seal(RING, "secret", PLACE));
    const bytes = [...decodeBase64Url(iv), ...decodeBase64Url(ciphertext)];
    const flipped = bytes.flatMap((_, at) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => {
        const changed = Uint8Array.from(bytes, (byte, index) =>
          index === at ? byte ^ (1 << bit) : byte,
        );
        const [first, second] = [changed.slice(0, 12), changed.slice(12)];
        return `v1.old.${encodeBase64Url(first)}.${encodeBase64Url(second)}`;
      }),
    );

    const codes = new Set(await Promise.all(flipped.map((text) => codeOf(RING, text))));

    expect(flipped).toHaveLength((12 + 6 + 16) * 8);
    expect([...codes]).toEqual(["notAuthentic"]);
  });

  test("does not open when it was cut anywhere", async () => {
    const sealed = await seal(RING, "secret", PLACE);
    const cuts = [...sealed].map((_, length) => sealed.slice(0, length));

    const codes = new Set(await Promise.all(cuts.map((cut) => codeOf(RING, cut))));

    expect([...codes].sort()).toEqual(["malformed", "notAuthentic"]);
  });

  test.each([
    ["nothing", () => ""],
    ["another format", (sealed: string) => sealed.replace("v1", "v2")],
    ["text before it", (sealed: string) => `x${sealed}`],
    ["padding", (sealed: string) => `${sealed}=`],
    ["a line break", (sealed: string) => `${sealed}\n`],
    ["a part too many", (sealed: string) => `${sealed}.x`],
    ["spare bits in the last digit", (sealed: string) => sealed.replace(/.$/, "_")],
  ])("is not read with %s", async (_what, change) => {
    // Seven bytes and the tag leave spare bits: the last digit ends in zeros, which "_" does not.
    const sealed = await seal(RING, "secrets", PLACE);

    expect(await codeOf(RING, change(sealed))).toMatch(/^(?:malformed|unknownKey)$/);
  });

  test("is refused without a word of the secret, the text or the key", async () => {
    const sealed = await seal(RING, "secret-canary", PLACE);
    const { iv, ciphertext } = partsOf(sealed);
    const broken = [`${sealed}AAAA`, "nonsense-canary", sealed.replace("old", "canary-key")];

    const messages = await Promise.all(
      broken.map((text) => unseal(RING, text, PLACE).catch((error: Error) => error.message)),
    );

    for (const message of messages) {
      expect(message).toMatch(/\.$/);
      for (const part of ["canary", iv, ciphertext, OLD.slice(4)]) {
        expect(message).not.toContain(part);
      }
    }
  });
});

describe("the newest key", () => {
  test("is told from older ones by its whole name", async () => {
    const dotted = parseKeyRing(`k.1:${"A".repeat(43)}`);
    const plain = parseKeyRing(`k:${"A".repeat(43)}`);
    const sealed = await seal(dotted, "secret", PLACE);

    expect(isSealedByNewest(dotted, sealed)).toBe(true);
    expect(isSealedByNewest(plain, sealed)).toBe(false);
    expect(isSealedByNewest(plain, "nonsense")).toBe(false);
  });

  test("seals anew what an older one sealed, for the same place", async () => {
    const { newestPrefix, reseal } = createResealer(ROTATED);

    const resealed = await reseal(await seal(RING, "secret", PLACE), PLACE);

    expect(resealed?.startsWith(newestPrefix)).toBe(true);
    expect(isSealedByNewest(ROTATED, `${resealed}`)).toBe(true);
    expect(await unseal(WITHOUT_OLD, `${resealed}`, PLACE)).toBe("secret");
  });

  test("does not seal anew what cannot be opened", async () => {
    const { reseal } = createResealer(WITHOUT_OLD);

    expect(await reseal(await seal(RING, "secret", PLACE), PLACE)).toBeUndefined();
    expect(await reseal("nonsense", PLACE)).toBeUndefined();
  });

  test("tells which fields it seals anew", () => {
    const { bridgeCredentials, ...webhook } = createResealer(RING).fields;

    expect(bridgeCredentials).toBe("bridge.credentials");
    expect(webhook.webhookSecret("w1")).toBe("webhook.w1.secret");
    expect(webhook.formerWebhookSecret("w1")).toBe("webhook.w1.formerSecret");
  });

  test("hides no failure that has nothing to do with the text", async () => {
    const sealed = await seal(RING, "secret", PLACE);
    vi.spyOn(crypto.subtle, "encrypt").mockRejectedValue(new Error("The platform failed."));

    const resealed = createResealer(ROTATED).reseal(sealed, PLACE);

    await expect(resealed).rejects.toThrow("The platform failed.");
  });
});
