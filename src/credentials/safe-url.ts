import { isPublicAddress } from "./public-address.ts";

/** Where outgoing requests may go beside the public internet. */
export interface SafeUrlOptions {
  /** Whether 127.0.0.1 and localhost are allowed, by http too and on any port: for development. */
  readonly allowsLoopback: boolean;
  /** The gateway's own host names, without ports: a request to itself would go in circles. */
  readonly ownHosts: readonly string[];
}

/** A URL that must not be fetched; the message says what to change, and does not repeat the URL. */
export class UnsafeUrl extends Error {
  override readonly name = "UnsafeUrl";
}

/**
 * Reads a URL that an administrator or a provider gave; throws UnsafeUrl where fetching it could reach
 * anything but the public internet by https. Keep and fetch what is returned, not the text. A name is
 * not resolved here; fetch it with `redirect: "manual"`.
 */
export function readSafeUrl(text: string, options: SafeUrlOptions): URL {
  if (text.length > URL_CHARACTERS_MAX) throw new UnsafeUrl(TOO_LONG);
  if (/[\s\p{Cc}]/u.test(text)) throw new UnsafeUrl("Leave out blanks and control characters.");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new UnsafeUrl("Give a whole URL, such as https://example.com/path.");
  refuseParts(url);
  if (options.allowsLoopback && isLoopback(url)) return url;
  refuseConnection(url);
  refuseHost(url.hostname, options.ownHosts);
  return url;
}

/** Some proxies and servers accept no longer URL. */
const URL_CHARACTERS_MAX = 2_048;

const TOO_LONG = `A URL has at most ${URL_CHARACTERS_MAX} characters.`;

/** The URL parser leaves out the port that https has by default. */
const PORTS: ReadonlySet<string> = new Set(["", "8443"]);

/** Names that mean this machine or this network (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal). */
const PRIVATE_SUFFIXES = [".localhost", ".local", ".internal", ".home.arpa"] as const;

function refuseParts(url: URL): void {
  // Percent-encoding may have made it longer than it was sent.
  if (url.href.length > URL_CHARACTERS_MAX) throw new UnsafeUrl(TOO_LONG);
  if (url.username !== "" || url.password !== "") {
    throw new UnsafeUrl("Leave the user name and the password out of the URL.");
  }
  if (url.href.includes("#")) {
    throw new UnsafeUrl('Leave out the "#" and what follows: it is never sent.');
  }
}

function isLoopback({ protocol, hostname }: URL): boolean {
  const isHttp = protocol === "http:" || protocol === "https:";
  return isHttp && (hostname === "127.0.0.1" || hostname === "localhost");
}

function refuseConnection({ protocol, port }: URL): void {
  if (protocol !== "https:") throw new UnsafeUrl("Use an https URL.");
  if (!PORTS.has(port)) throw new UnsafeUrl("Use port 443 or 8443.");
}

function refuseHost(hostname: string, ownHosts: readonly string[]): void {
  const isPublic = isPublicAddress(hostname);
  if (isPublic === false) throw new UnsafeUrl("Use a host of the public internet.");
  const name = nameOf(hostname);
  if (ownHosts.some((own) => nameOf(own) === name)) {
    throw new UnsafeUrl("Use another host than the gateway's own.");
  }
  if (isPublic) return;
  if (!PUBLIC_NAME.test(name) || PRIVATE_SUFFIXES.some((suffix) => name.endsWith(suffix))) {
    throw new UnsafeUrl("Use a host name of the public internet, such as example.com.");
  }
}

/** At least two labels, none of them empty: a single one is looked up in the own network. */
const PUBLIC_NAME = /^[^.]+(?:\.[^.]+)+$/;

/** A host name in lower case and without the dot that may end it (RFC 1034 §3.1). */
function nameOf(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, "");
}
