import { createHash } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { encodeBase62 } from "#credentials/base62.ts";
import { crc32 } from "#credentials/crc32.ts";
import {
  createKey,
  createToken,
  hashToken,
  isWellFormedKey,
  isWellFormedToken,
  tokenHint,
} from "#credentials/token.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Has the next token made from these 32 bytes. */
function fixRandom(bytes: readonly number[]) {
  vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
    new Uint8Array(array.buffer).set(bytes);
    return array;
  });
}

describe("a new token", () => {
  test("has the prefix, 43 digits and a checksum of six, and is told to be well-formed", async () => {
    const { secret } = await createToken();

    expect(secret).toMatch(/^sgw_[0-9A-Za-z]{49}$/);
    expect(isWellFormedToken(secret)).toBe(true);
  });

  test("comes with its SHA-256 in lower-case hex and its first eight digits", async () => {
    const { secret, hash, hint } = await createToken();

    expect(hash).toBe(createHash("sha256").update(secret).digest("hex"));
    expect(hint).toBe(secret.slice(4, 12));
  });

  test("is another one each time", async () => {
    const [one, other] = await Promise.all([createToken(), createToken()]);

    expect(one.secret).not.toBe(other.secret);
  });

  test("writes its bytes as one number, the first byte the most significant", async () => {
    fixRandom([...Array<number>(30).fill(0), 1, 2]);

    const { secret } = await createToken();

    expect(secret.slice(0, 47)).toBe(`sgw_${encodeBase62(258n, 43)}`);
  });

  test("keeps its length when all its bytes are 0, and when all are 255", async () => {
    fixRandom(Array<number>(32).fill(0));
    const least = await createToken();
    fixRandom(Array<number>(32).fill(255));
    const greatest = await createToken();

    expect([least, greatest].map(({ secret }) => secret.length)).toEqual([53, 53]);
    expect([least, greatest].every(({ secret }) => isWellFormedToken(secret))).toBe(true);
  });
});

describe("a key of the admin API", () => {
  test("is made as a token is, under a prefix of its own", async () => {
    const { secret, hash, hint } = await createKey();

    expect(secret).toMatch(/^sgk_[0-9A-Za-z]{49}$/);
    expect(hash).toBe(await hashToken(secret));
    expect(hint).toBe(secret.slice(4, 12));
    expect(isWellFormedKey(secret)).toBe(true);
  });

  test("is no token, and a token is no key", async () => {
    const [key, token] = await Promise.all([createKey(), createToken()]);

    expect([isWellFormedToken(key.secret), isWellFormedKey(token.secret)]).toEqual([false, false]);
  });

  test.each([
    ["another last digit", (key: string) => `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`],
    ["one digit more", (key: string) => `${key}0`],
    ["one digit less", (key: string) => key.slice(0, -1)],
    ["a line behind", (key: string) => `${key}\n`],
    ["a prefix in capitals", (key: string) => key.replace("sgk_", "SGK_")],
    ["a prefix alone", () => "sgk_"],
    ["nothing", () => ""],
  ])("is refused without a look-up: %s", async (_what, spoilt) => {
    expect(isWellFormedKey(spoilt((await createKey()).secret))).toBe(false);
  });
});

describe("a text is no token", () => {
  const digits = "0".repeat(43);
  const token = `sgw_${digits}${encodeBase62(BigInt(zlibCrc32(digits)), 6)}`;

  test("unless it is spelt like this one", () => {
    expect(isWellFormedToken(token)).toBe(true);
  });

  test.each([
    ["nothing", ""],
    ["another prefix", token.replace("sgw_", "sgx_")],
    ["text before it", `x${token}`],
    ["as much before it as a token has before its checksum", `xxxx${digits}${token}`],
    ["a line break after it", `${token}\n`],
    ["its checksum twice", `${token}${token.slice(-6)}`],
    ["a digit too many", `${token}0`],
    ["a digit too few", token.slice(0, -1)],
    ["a sign that is no digit", token.replace("sgw_0", "sgw_-")],
    ["another digit", token.replace("sgw_0", "sgw_1")],
    ["another last random digit", `${token.slice(0, 46)}1${token.slice(47)}`],
    ["another checksum", `${token.slice(0, -6)}000000`],
  ])("with %s", (_what, text) => {
    expect(isWellFormedToken(text)).toBe(false);
  });
});

describe("a token's parts", () => {
  test("the hash is that of the whole text, with both digits of each byte", async () => {
    const texts = Array.from({ length: 20 }, (_, index) => `token ${index}`);

    const hashes = await Promise.all(texts.map(hashToken));

    expect(hashes).toEqual(texts.map((text) => createHash("sha256").update(text).digest("hex")));
  });

  test("the hint is the eight digits after the prefix", () => {
    expect(tokenHint("sgw_12345678rest")).toBe("12345678");
  });
});

describe("base 62", () => {
  test.each([
    [0n, 3, "000"],
    [9n, 1, "9"],
    [10n, 1, "A"],
    [35n, 1, "Z"],
    [36n, 1, "a"],
    [61n, 1, "z"],
    [62n, 1, "10"],
    [62n * 62n + 1n, 6, "000101"],
    [2n ** 256n - 1n, 43, "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1"],
  ])("%d with %d digits is %s", (value, length, text) => {
    expect(encodeBase62(value, length)).toBe(text);
  });
});

test.each(["", "a", "123456789", "The quick brown fox jumps over the lazy dog", "0".repeat(43)])(
  "the CRC-32 of %j is that of zlib",
  (text) => {
    expect(crc32(text)).toBe(zlibCrc32(text));
  },
);
