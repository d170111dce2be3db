/** The caller's address as Cloudflare saw it; undefined on a laptop without Cloudflare in front. */
export function clientIp(headers: Headers): string | undefined {
  return headers.get("CF-Connecting-IP") ?? undefined;
}

/** The network an address belongs to, coarse enough to be counted: /24 of IPv4, /48 of IPv6. */
export function ipPrefix(address: string | undefined): string {
  if (address === undefined) return "unknown";
  const ipv4 = address.slice(address.lastIndexOf(":") + 1);
  // Also an IPv4 address in IPv6 clothes, such as ::ffff:192.0.2.1.
  if (ipv4.includes(".")) return `${ipv4.split(".").slice(0, 3).join(".")}.0/24`;
  return `${network48(address)}::/48`;
}

/** The first three groups of an IPv6 address, trailing zero groups left out as `::` stands for them. */
function network48(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail?.split(":").filter(Boolean) ?? [];
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  const groups = [...left, ...zeros, ...right].slice(0, 3).map(withoutLeadingZeros);
  return groups.join(":").replace(/(:0){1,8}$/, "");
}

function withoutLeadingZeros(group: string): string {
  return group.replace(/^0+(?=.)/, "");
}
