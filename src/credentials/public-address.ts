/**
 * Tells whether a host, as the URL parser wrote it, is an address of the public internet. Undefined
 * where it is a name. The lists follow the IANA special-purpose address registries (RFC 6890).
 */
export function isPublicAddress(hostname: string): boolean | undefined {
  if (hostname.startsWith("[")) return isPublicIpv6(groupsOf(hostname.slice(1, -1)));
  if (IPV4.test(hostname)) return isPublicIpv4(hostname.split(".").map(Number));
  return undefined;
}

/** The URL parser turns every spelling of an IPv4 address (octal, hex, short, full-width) into this one. */
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** A block of addresses: its first bytes or groups, and how many of their bits count. */
type Block = readonly [first: readonly number[], bits: number];

const IPV4_NOT_PUBLIC: readonly Block[] = [
  // "This network" (RFC 1122).
  [[0], 8],
  // Private networks (RFC 1918), and what carriers put between (RFC 6598).
  [[10], 8],
  [[172, 16], 12],
  [[192, 168], 16],
  [[100, 64], 10],
  // Loopback, link-local with the clouds' metadata services (RFC 3927).
  [[127], 8],
  [[169, 254], 16],
  // Protocol assignments, documentation (RFC 5737), the former 6to4 relay (RFC 7526), benchmarks (RFC 2544).
  [[192, 0, 0], 24],
  [[192, 0, 2], 24],
  [[198, 51, 100], 24],
  [[203, 0, 113], 24],
  [[192, 88, 99], 24],
  [[198, 18], 15],
  // Multicast, reserved and broadcast.
  [[224], 4],
  [[240], 4],
];

/** Global unicast (RFC 4291 §2.4): loopback, mapped, NAT64, unique local and link-local lie outside of it. */
const IPV6_GLOBAL_UNICAST: Block = [[0x2000], 3];

const IPV6_NOT_PUBLIC: readonly Block[] = [
  // Protocol assignments, Teredo among them (RFC 2928, RFC 4380).
  [[0x2001, 0], 23],
  // Documentation (RFC 3849, RFC 9637).
  [[0x2001, 0xdb8], 32],
  [[0x3fff, 0], 20],
  // 6to4 carries an IPv4 address (RFC 3056).
  [[0x2002], 16],
];

function isPublicIpv4(bytes: readonly number[]): boolean {
  return !IPV4_NOT_PUBLIC.some((block) => isWithin(bytes, 8, block));
}

function isPublicIpv6(groups: readonly number[]): boolean {
  if (!isWithin(groups, 16, IPV6_GLOBAL_UNICAST)) return false;
  return !IPV6_NOT_PUBLIC.some((block) => isWithin(groups, 16, block));
}

/** Compares part by part, as many bits of each as the block still asks for. */
function isWithin(address: readonly number[], partBits: number, [first, bits]: Block): boolean {
  return first.every((part, index) => {
    const compared = Math.max(0, Math.min(partBits, bits - index * partBits));
    const ignored = partBits - compared;
    return (address[index] ?? 0) >> ignored === part >> ignored;
  });
}

/** The eight groups of an IPv6 address in the form of RFC 5952, which the URL parser writes. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const before = readGroups(head);
  if (tail === undefined) return before;
  const after = readGroups(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function readGroups(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").map((group) => Number.parseInt(group, 16));
}
