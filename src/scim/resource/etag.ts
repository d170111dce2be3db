import { ScimError } from "#scim/error.ts";

/** The weak entity tag of a resource's version (RFC 7644 §3.14). */
export function entityTag(version: number): string {
  return `W/"${version}"`;
}

/** Throws 412 when an If-Match header names no tag of this version; an absent header or `*` always passes. */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || matchesTag(ifMatch, version)) return;
  throw ScimError.status(
    412,
    `The resource is at version ${entityTag(version)}, which If-Match does not name; read it again.`,
  ).explainedBy(
    (quote) =>
      `The client sent If-Match ${quote(ifMatch)}, but the resource is at version ${entityTag(version)}: somebody changed it after the client had read it. The client has to read it and try again; if this goes on, look in the resource's events for who else writes it.`,
  );
}

/** Whether a list of entity tags (If-Match, If-None-Match) names this version, compared weakly. */
export function matchesTag(header: string, version: number): boolean {
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.some((tag) => tag === "*" || tag === `"${version}"`);
}
