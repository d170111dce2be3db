import { describe, expect, test } from "vitest";
import { isPublicAddress } from "#credentials/public-address.ts";
import { readSafeUrl, UnsafeUrl } from "#credentials/safe-url.ts";

const GATEWAY = { allowsLoopback: false, ownHosts: ["scim.example.com", "Edge.Example."] };
const DEVELOPMENT = { ...GATEWAY, allowsLoopback: true };

/** The refusal's sentence, or the URL where there is none. */
function refusalOf(text: string, options = GATEWAY): string {
  try {
    return readSafeUrl(text, options).href;
  } catch (error) {
    if (error instanceof UnsafeUrl) return error.message;
    throw error;
  }
}

const PUBLIC_HOST = "Use a host of the public internet.";
const PUBLIC_NAME = "Use a host name of the public internet, such as example.com.";
const OWN_HOST = "Use another host than the gateway's own.";

describe("a safe URL", () => {
  test.each([
    ["https://a.com", "https://a.com/"],
    ["https://a.com:443/x?y=z", "https://a.com/x?y=z"],
    ["https://a.com:8443/", "https://a.com:8443/"],
    ["HTTPS://A.Com/Path", "https://a.com/Path"],
    ["https://a.com./", "https://a.com./"],
    ["https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"],
    ["https://8.8.8.8/", "https://8.8.8.8/"],
    ["https://[2606:4700:1:2:3:4:5:6]/", "https://[2606:4700:1:2:3:4:5:6]/"],
    ["https://[2606:4700::1111]/", "https://[2606:4700::1111]/"],
    ["https://localhost.example.com/", "https://localhost.example.com/"],
    ["https://10.0.0.1.example.com/", "https://10.0.0.1.example.com/"],
    ["https://internal.com/", "https://internal.com/"],
    ["https://sub.scim.example.com/", "https://sub.scim.example.com/"],
  ])("%s is read as %s", (text, href) => {
    expect(readSafeUrl(text, GATEWAY).href).toBe(href);
  });

  test.each([
    ["nothing", "", "Give a whole URL, such as https://example.com/path."],
    ["no scheme", "a.com/path", "Give a whole URL, such as https://example.com/path."],
    ["no host", "https://", "Give a whole URL, such as https://example.com/path."],
    ["a host that is no host", "https://a b.com", "Leave out blanks and control characters."],
    ["a blank before it", " https://a.com", "Leave out blanks and control characters."],
    ["a line break in it", "https://a.com/\nx", "Leave out blanks and control characters."],
    ["a NUL in it", "https://a.com/\0", "Leave out blanks and control characters."],
    ["http", "http://a.com", "Use an https URL."],
    ["wss", "wss://a.com", "Use an https URL."],
    ["data:", "data:text/plain,x", "Use an https URL."],
    ["file:", "file:///etc/passwd", "Use an https URL."],
    ["blob:", "blob:https://a.com/x", "Use an https URL."],
    ["javascript:", "javascript:alert(1)", "Use an https URL."],
    ["port 22", "https://a.com:22", "Use port 443 or 8443."],
    ["port 80", "https://a.com:80", "Use port 443 or 8443."],
    ["a user", "https://user:pw@a.com", "Leave the user name and the password out of the URL."],
    ["a user alone", "https://user@a.com", "Leave the user name and the password out of the URL."],
    [
      "a password alone",
      "https://:pw@a.com",
      "Leave the user name and the password out of the URL.",
    ],
    ["a fragment", "https://a.com/#x", 'Leave out the "#" and what follows: it is never sent.'],
    [
      "2,049 characters",
      `https://a.com/${"x".repeat(2_035)}`,
      "A URL has at most 2048 characters.",
    ],
    [
      "2,049 characters, though the parser leaves most of them out",
      `https://a.com/${"./".repeat(1_017)}x`,
      "A URL has at most 2048 characters.",
    ],
    [
      "too many once encoded",
      `https://a.com/${"ä".repeat(400)}`,
      "A URL has at most 2048 characters.",
    ],
    ["a single label", "https://intranet/", PUBLIC_NAME],
    ["a single label and a dot", "https://intranet./", PUBLIC_NAME],
    ["an empty label", "https://a..com/", PUBLIC_NAME],
    ["an empty first label", "https://.a.com/", PUBLIC_NAME],
    ["two dots at its end", "https://a.com../", PUBLIC_NAME],
    ["the gateway's own host", "https://SCIM.example.com/", OWN_HOST],
    ["the gateway's own host and a dot", "https://scim.example.com./", OWN_HOST],
    ["the gateway's own host on 8443", "https://scim.example.com:8443/", OWN_HOST],
    ["another own host", "https://edge.example/", OWN_HOST],
  ])("has not %s", (_what, text, message) => {
    expect(refusalOf(text)).toBe(message);
  });

  test.each([
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "a.localhost.",
    "printer.local",
    "metadata.google.internal",
    "router.home.arpa",
    "ｌｏｃａｌｈｏｓｔ",
    "%6cocalhost",
  ])("has not the private name %s", (host) => {
    expect(refusalOf(`https://${host}/`)).toBe(PUBLIC_NAME);
  });

  test.each([
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.0.0.1.",
    "127.255.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:8.8.8.8]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::1]",
    "[100::1]",
    "[2001::1]",
    "[2001:2::1]",
    "[2001:db8::1]",
    "[2001:db8:1:2:3:4:5:6]",
    "[2002:7f00:1::]",
    "[3fff::1]",
    "[3fff::ffff]",
    "[::2606:4700]",
    "[4000::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[fe80::1]",
    "[febf::1]",
    "[fec0::1]",
    "[ff02::1]",
  ])("has not the address %s", (host) => {
    expect(refusalOf(`https://${host}/`)).toBe(PUBLIC_HOST);
  });

  test.each([
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "[2001:200::1]",
    "[2003::1]",
    "[3ffe::1]",
  ])("may have the public address %s, next to a special one", (host) => {
    expect(refusalOf(`https://${host}/`)).toBe(`https://${host}/`);
  });

  test("may have 2,048 characters", () => {
    const longest = `https://a.com/${"x".repeat(2_034)}`;

    expect(refusalOf(longest)).toBe(longest);
  });

  test("is refused by an error that is known by its name", () => {
    expect(() => readSafeUrl("http://a.com", GATEWAY)).toThrow(
      expect.objectContaining({ name: "UnsafeUrl" }),
    );
  });

  test("never repeats what was given in its refusal", () => {
    expect(refusalOf("https://user:canary@a.com")).not.toContain("canary");
    expect(refusalOf("http://a.com/?key=canary")).not.toContain("canary");
  });
});

test.each(["a.10.0.0.1", "10.0.0.1.a", "10.0.0", "1000.0.0.1", "a"])(
  "%s is a name, not an address",
  (hostname) => {
    expect(isPublicAddress(hostname)).toBeUndefined();
  },
);

describe("where loopback is allowed", () => {
  test.each([
    "http://127.0.0.1:3000/x",
    "https://127.0.0.1/",
    "http://localhost:1/",
    "https://localhost:9443/",
  ])("%s is safe", (text) => {
    expect(refusalOf(text, DEVELOPMENT)).toBe(text);
  });

  test.each([
    ["http://a.com", "Use an https URL."],
    ["http://127.0.0.2", "Use an https URL."],
    ["https://127.0.0.2", PUBLIC_HOST],
    ["https://[::1]", PUBLIC_HOST],
    ["https://a.localhost", PUBLIC_NAME],
    ["https://10.0.0.1", PUBLIC_HOST],
    ["ftp://localhost/", "Use an https URL."],
    ["http://u:p@localhost/", "Leave the user name and the password out of the URL."],
  ])("%s is refused all the same", (text, message) => {
    expect(refusalOf(text, DEVELOPMENT)).toBe(message);
  });
});
