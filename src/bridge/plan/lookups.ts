import { keyText, type ResourceKey } from "#scim/resource/key.ts";
import { foldText } from "#scim/text.ts";
import type { BridgeConfig } from "../config/settings.ts";
import { USER_NAME_SLOT } from "../mapping/map-user.ts";
import type { Links, Lookups, PreparedRecord } from "./context.ts";
import { mappedEmailKey } from "./document.ts";
import type { Link } from "./operation.ts";
import { exclusionOf, isUser, needsComparing, type PreparedUser } from "./scope.ts";

/** What planning a page asks the directory; nothing for linked users that did not change. */
export function lookupsOf(
  page: readonly PreparedRecord[],
  links: Links,
  config: BridgeConfig,
): Lookups {
  const isExcluded = exclusionOf(config);
  const asked = page.filter(isUser).map((user): Lookups => {
    const link = links.bySource(user.sourceId);
    // What a partial record leaves unsaid may be what excludes the user: that one is looked at.
    const isKnown = !user.mapped.unsaid.has(USER_NAME_SLOT.path);
    if (isKnown && isExcluded(user.mapped, undefined)) return NO_LOOKUPS;
    return link === undefined
      ? strangerLookups(user, links, config)
      : linkLookups(user, link, links);
  });
  return joined(asked);
}

/** What planManagers asks the directory. */
export function managerLookups(pending: readonly Link[], links: Links): Lookups {
  return joined(pending.map((link) => pendingLookups(link, links)));
}

const NO_LOOKUPS: Lookups = { keys: [], emails: [] };

function strangerLookups(user: PreparedUser, links: Links, config: BridgeConfig): Lookups {
  const { mapped } = user;
  const email = config.settings.matchByEmail ? mappedEmailKey(mapped) : undefined;
  const isMatched = email !== undefined && mapped.isActive !== false;
  return joined([
    { keys: identityLookups(user), emails: isMatched ? [email] : [] },
    managerOf(user, links),
  ]);
}

function linkLookups(user: PreparedUser, link: Link, links: Links): Lookups {
  if (needsComparing(user, link)) {
    const keys: readonly ResourceKey[] = [
      { key: "id", value: link.userId },
      ...identityLookups(user),
    ];
    return joined([{ keys, emails: [] }, managerOf(user, links)]);
  }
  return link.pendingManager === undefined ? NO_LOOKUPS : pendingLookups(link, links);
}

function identityLookups({ sourceId, mapped }: PreparedUser): readonly ResourceKey[] {
  const userName = mapped.values.get(USER_NAME_SLOT.path);
  const key: ResourceKey = { key: "externalId", value: sourceId };
  return typeof userName === "string" ? [key, { key: "name", value: foldText(userName) }] : [key];
}

function managerOf({ mapped: { manager } }: PreparedUser, links: Links): Lookups {
  return manager.kind === "named" ? referenceLookups(manager.reference, links) : NO_LOOKUPS;
}

function pendingLookups(link: Link, links: Links): Lookups {
  if (link.pendingManager === undefined) return NO_LOOKUPS;
  const own: Lookups = { keys: [{ key: "id", value: link.userId }], emails: [] };
  return joined([own, referenceLookups(link.pendingManager, links)]);
}

/** A source id needs no look at the directory. */
function referenceLookups(reference: string, links: Links): Lookups {
  if (links.bySource(reference) !== undefined) return NO_LOOKUPS;
  const value = foldText(reference);
  return { keys: [{ key: "name", value }], emails: [value] };
}

function joined(parts: readonly Lookups[]): Lookups {
  const keys = new Map(parts.flatMap((each) => each.keys).map((key) => [keyText(key), key]));
  const emails = new Set(parts.flatMap((each) => each.emails));
  return { keys: [...keys.values()], emails: [...emails] };
}
