/** The caller's address as Cloudflare saw it; undefined on a laptop without Cloudflare in front. */
export function clientIp(headers: Headers): string | undefined {
  return headers.get("CF-Connecting-IP") ?? undefined;
}

/** The network an address belongs to, coarse enough to be counted: /24 of IPv4, /48 of IPv6. */
export function ipPrefix(address: string | undefined): string {
  if (address === undefined) return "unknown";
  if (!address.includes(":")) return `${address.split(".").slice(0, 3).join(".")}.0/24`;
  const groups = address.split(":").slice(0, 3).filter(Boolean);
  return `${groups.join(":").toLowerCase()}::/48`;
}
