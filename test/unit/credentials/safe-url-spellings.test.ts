import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSafeUrl, UnsafeUrl } from "#credentials/safe-url.ts";

const OPTIONS = { allowsLoopback: false, ownHosts: [] };

/** The refusal's sentence, or the URL where there is none. */
function refusalOf(text: string): string {
  try {
    return readSafeUrl(text, OPTIONS).href;
  } catch (error) {
    if (error instanceof UnsafeUrl) return error.message;
    throw error;
  }
}

const PUBLIC_HOST = "Use a host of the public internet.";

type Bytes = readonly [number, number, number, number];

const byte = fc.nat(255);

/** Addresses of loopback, link-local and private networks. */
const privateAddresses: fc.Arbitrary<Bytes> = fc.oneof(
  fc.constant([127, 0, 0, 1] as const),
  fc.tuple(fc.constantFrom(10, 127, 0), byte, byte, byte),
  fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
  fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
);

/** The ways in which a number of an IPv4 address may be written. */
const NUMERALS: readonly ((value: number) => string)[] = [
  (value) => `${value}`,
  (value) => `0${value.toString(8)}`,
  (value) => `000${value.toString(8)}`,
  (value) => `0x${value.toString(16)}`,
  (value) => `0X00${value.toString(16).toUpperCase()}`,
];

/** The ways in which characters may be written that the URL parser takes for the same. */
const SCRIPTS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replace(/[!-~]/g, (sign) => String.fromCodePoint(sign.charCodeAt(0) + 0xfee0)),
  (text) => text.replaceAll(".", "\u3002"),
  (text) => text.replace(/[1-9]/g, (digit) => String.fromCodePoint(0x245f + Number(digit))),
  (text) => text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
  (text) => text.replace(/\d/g, (digit) => `%3${digit}`),
];

/** Some spelling of an IPv4 host: one to four numbers, each in a numeral of its own, in some script. */
const ipv4Spellings = fc
  .tuple(
    privateAddresses,
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.constantFrom(...NUMERALS), { minLength: 4, maxLength: 4 }),
    fc.constantFrom(...SCRIPTS),
    fc.constantFrom("", "."),
  )
  .map(([bytes, count, numerals, inScript, end]) => {
    const last = bytes.slice(count - 1).reduce((sum, part) => sum * 256 + part, 0);
    const parts = [...bytes.slice(0, count - 1), last];
    const text = parts.map((part, index) => numerals[index]?.(part)).join(".");
    return inScript(text) + end;
  });

/** An address that carries an IPv4 address, by one of the known ways. */
const ipv6Spellings = fc
  .tuple(
    privateAddresses,
    fc.constantFrom(
      "[::ffff:v4]",
      "[0:0:0:0:0:FFFF:v4]",
      "[::v4]",
      "[64:ff9b::v4]",
      "[::ffff:0:v4]",
      "[2002:hex::]",
      "[2001:0:hex::]",
      "[::ffff:hex]",
    ),
  )
  .map(([bytes, form]) => {
    const pair = (at: number) => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16);
    return form.replace("v4", bytes.join(".")).replace("hex", `${pair(0)}:${pair(2)}`);
  });

describe("no spelling gets through", () => {
  test("of a private IPv4 address", async () => {
    await fc.assert(
      fc.property(ipv4Spellings, (host) => {
        expect(new URL(`https://${host}/`).hostname).toMatch(/^[\d.]+$/);
        expect(refusalOf(`https://${host}/`)).toBe(PUBLIC_HOST);
      }),
      { numRuns: 2_000 },
    );
  });

  test("of a private IPv4 address inside an IPv6 address", async () => {
    await fc.assert(
      fc.property(ipv6Spellings, (host) => {
        expect(refusalOf(`https://${host}/`)).toBe(PUBLIC_HOST);
      }),
      { numRuns: 1_000 },
    );
  });

  test("and no text at all is read as anything but https on a public host", async () => {
    const authority = fc.oneof(ipv4Spellings, ipv6Spellings, fc.webAuthority({ withPort: true }));
    const urls = fc.oneof(
      fc.string(),
      fc.tuple(fc.constantFrom("https://", "http://", "https:\\\\", "https:"), authority),
    );
    await fc.assert(
      fc.property(urls, (parts) => {
        const text = typeof parts === "string" ? parts : parts.join("");
        const read = refusalOf(text);
        if (read.startsWith("https:")) {
          const { hostname, port, username } = new URL(read);
          expect([hostname.includes("."), ["", "8443"].includes(port), username]).toEqual([
            true,
            true,
            "",
          ]);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
