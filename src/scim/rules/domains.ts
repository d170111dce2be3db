import { ScimError } from "#scim/error.ts";
import { type JsonObject, quoteName } from "#scim/json.ts";
import { primaryEmailOf } from "#scim/resource/identity.ts";
import type { ConnectorSettings } from "#scim/settings.ts";

/** An address of a user that is in none of the connector's domains. */
export interface OutsideAddress {
  readonly attribute: "userName" | "emails";
  /** The domain as it was sent; empty for an address without one. */
  readonly domain: string;
}

/**
 * Finds the first of a user's addresses (userName where it is an e-mail address, the primary e-mail address) that
 * is in none of `allowedDomains`; undefined for none, and where the connector takes any domain. `before` is the
 * live user that there was: one who is switched off, or stays so as it was, is never outside.
 */
export function outsideAddress(
  before: JsonObject | undefined,
  after: JsonObject,
  { allowedDomains }: Pick<ConnectorSettings, "allowedDomains">,
): OutsideAddress | undefined {
  if (allowedDomains.length === 0) return undefined;
  const found = outsideOf(after, allowedDomains);
  if (found.length === 0 || before === undefined || after.active !== false) return found[0];
  if (before.active !== false) return undefined;
  const former = new Set(outsideOf(before, allowedDomains).map(keyOf));
  return found.find((each) => !former.has(keyOf(each)));
}

/** Refuses a user who is outside of the connector's domains, as outsideAddress finds it. */
export function requireAllowedDomains(
  before: JsonObject | undefined,
  after: JsonObject,
  settings: Pick<ConnectorSettings, "allowedDomains">,
): void {
  const outside = outsideAddress(before, after, settings);
  if (outside === undefined) return;
  const named = (quote: (value: string) => string) => outsideText(outside, quote);
  throw ScimError.invalidValue(
    `${named(quoteName)}, which is none of the domains that this connector takes.`,
  ).explainedBy(
    (quote) =>
      `${named(quote)}, and the connector's setting allowedDomains does not name that domain. If the user belongs here, add the domain to allowedDomains (each sub-domain has to be named by itself); if not, take the user out of the provider's assignment. Nothing was changed. A user who is only deactivated or deleted is never refused.`,
  );
}

/** What is wrong with an address, as the beginning of a sentence. */
export function outsideText(
  { attribute, domain }: OutsideAddress,
  quote: (value: string) => string,
): string {
  const what = attribute === "userName" ? "userName" : "The primary e-mail address";
  return domain === "" ? `${what} names no domain` : `${what} is in the domain ${quote(domain)}`;
}

/** A domain in lower case, an internationalised one in its ASCII form (RFC 5891); undefined for what is none. */
export function asciiDomain(text: string): string | undefined {
  if (text.length > DOMAIN_CHARACTERS_MAX) return undefined;
  if (ASCII_DOMAIN.test(text)) return text.toLowerCase();
  if (!MAYBE_INTERNATIONAL.test(text)) return undefined;
  try {
    const { hostname } = new URL(`https://${text}`);
    return ASCII_DOMAIN.test(hostname) ? hostname : undefined;
  } catch {
    // What Unicode's rules for domains (UTS 46) refuse.
    return undefined;
  }
}

/** RFC 1035 §2.3.4 allows 253 in ASCII. */
const DOMAIN_CHARACTERS_MAX = 253;

const ASCII_DOMAIN = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/i;

/** Something beyond ASCII, and of ASCII nothing but letters, digits, dots and hyphens: no port, no path. */
const MAYBE_INTERNATIONAL = /^[a-z0-9.\-_\u{80}-\u{10ffff}]+$/iu;

function outsideOf(
  document: JsonObject,
  allowedDomains: readonly string[],
): readonly OutsideAddress[] {
  const { userName } = document;
  const email = primaryEmailOf(document);
  const isAddress = typeof userName === "string" && userName.includes("@");
  const addresses = [
    ...(isAddress ? [{ attribute: "userName" as const, domain: domainOf(userName) }] : []),
    ...(email === undefined ? [] : [{ attribute: "emails" as const, domain: domainOf(email) }]),
  ];
  return addresses.filter(({ domain }) => {
    const ascii = asciiDomain(domain);
    return ascii === undefined || !allowedDomains.includes(ascii);
  });
}

/** What stands behind the last "@"; empty where there is none. */
function domainOf(address: string): string {
  const at = address.lastIndexOf("@");
  return at === -1 ? "" : address.slice(at + 1);
}

function keyOf({ attribute, domain }: OutsideAddress): string {
  return `${attribute} ${domain.toLowerCase()}`;
}
