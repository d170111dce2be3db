import { describe, expect, test, vi } from "vitest";
import { decodeBase64Url, encodeBase64Url } from "#credentials/base64url.ts";
import { parseKeyRing } from "#credentials/key-ring.ts";
import { createSigner, SIGNATURE_CHARACTERS } from "#credentials/signer.ts";

const [OLD, NEW] = ["A", "B"].map((letter) => `${letter}:${letter.repeat(43)}`);

/** A signer with the keys of a ring. */
function signerOf(ring: string, purpose = "test") {
  return createSigner(parseKeyRing(ring), purpose);
}

describe("a signature", () => {
  test("has unreserved characters alone, and one length", async () => {
    const signature = await signerOf(`${OLD}`).sign("text");

    expect(signature).toMatch(/^[\w-]+$/);
    expect(signature).toHaveLength(SIGNATURE_CHARACTERS);
  });

  test("is known again, and so is one of a key that was rotated", async () => {
    const signature = await signerOf(`${OLD}`).sign("text");

    expect(await signerOf(`${OLD}`).verify("text", signature)).toBe(true);
    expect(await signerOf(`${NEW},${OLD}`).verify("text", signature)).toBe(true);
  });

  test("is of the first key of the ring", async () => {
    const signature = await signerOf(`${NEW},${OLD}`).sign("text");

    expect(await signerOf(`${NEW}`).verify("text", signature)).toBe(true);
    expect(await signerOf(`${OLD}`).verify("text", signature)).toBe(false);
  });

  test("is not that of another text, key or purpose", async () => {
    const signature = await signerOf(`${OLD}`).sign("text");

    expect(await signerOf(`${OLD}`).verify("texts", signature)).toBe(false);
    expect(await signerOf(`${NEW}`).verify("text", signature)).toBe(false);
    expect(await signerOf(`${OLD}`, "other").verify("text", signature)).toBe(false);
  });

  test("takes one derivation of its key, however many texts are signed", async () => {
    const derivations = vi.spyOn(crypto.subtle, "deriveKey");
    const signer = signerOf(`${OLD}`);

    await signer.verify("one", await signer.sign("one"));
    await signer.sign("two");

    expect(derivations).toHaveBeenCalledTimes(1);
    derivations.mockRestore();
  });

  test("has one spelling alone, though the last character of base64 has bits to spare", async () => {
    const signature = await signerOf(`${OLD}`).sign("text");
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spellings = [...alphabet].map((last) => signature.slice(0, -1) + last);

    const verdicts = spellings.map((each) => signerOf(`${OLD}`).verify("text", each));

    expect((await Promise.all(verdicts)).filter(Boolean)).toHaveLength(1);
  });

  test.each(["!", "\n", " "])("is none with %j before or behind it", async (sign) => {
    const signer = signerOf(`${OLD}`);
    const signature = await signer.sign("text");

    expect(await signer.verify("text", `${sign}${signature}`)).toBe(false);
    expect(await signer.verify("text", `${signature}${sign}`)).toBe(false);
  });

  test.each(["", "x", "=".repeat(43), "é".repeat(43), "A".repeat(42), "A".repeat(44)])(
    "%j is none",
    async (signature) => {
      expect(await signerOf(`${OLD}`).verify("text", signature)).toBe(false);
    },
  );
});

describe("parseKeyRing", () => {
  test("reads names and keys in their order, blanks around them let pass", () => {
    const ring = parseKeyRing(` ${NEW} , ${OLD} `);

    expect(ring.map(({ name }) => name)).toEqual(["B", "A"]);
    expect(ring.map(({ bytes }) => bytes.length)).toEqual([32, 32]);
  });

  test.each([
    "",
    ",",
    `${OLD},`,
    "A".repeat(43),
    `:${"A".repeat(43)}`,
    `a b:${"A".repeat(43)}`,
    `a:${"A".repeat(42)}`,
    `a:${"A".repeat(44)}`,
    `a:${"+".repeat(43)}`,
  ])("refuses %j and shows nothing of it", (text) => {
    const parse = () => parseKeyRing(text);

    expect(parse).toThrow(
      /^A key ring is a list of name:key, each name once, each key 32 bytes in base64url\.$/,
    );
  });
});

test.each([0, 1, 2, 3, 32, 255])("base64url gives %d bytes back", (length) => {
  const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + 251) % 256);

  const text = encodeBase64Url(bytes);

  expect(text).toMatch(/^[\w-]*$/);
  expect(decodeBase64Url(text)).toEqual(bytes);
});
