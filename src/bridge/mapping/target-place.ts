import type { Attribute, AttributeTarget, ResourceType } from "#scim/attribute.ts";
import { MANAGER } from "#scim/schema/enterprise-user.ts";
import { findTarget } from "#scim/schema/registry.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { foldText } from "#scim/text.ts";
import { WORK_EMAIL } from "./map-user.ts";
import { parsePlace } from "./place.ts";
import { attribute, extension, part, type Slot, typed } from "./slot.ts";

/** Where a bridge's own mapping writes, and what may stand there. */
export interface TargetPlace {
  readonly slot: Slot;
  /** The attribute, or sub-attribute, that the slot holds. */
  readonly attribute: Attribute;
  /** The manager is a reference to another user, which the Bridge resolves. */
  readonly isManager: boolean;
}

/** A place that a connector's users have, or a sentence that says why it cannot be written. */
export type ReadTarget =
  | { readonly kind: "target"; readonly target: TargetPlace }
  | { readonly kind: "refused"; readonly detail: string };

/** Reads where in a user's document a value is to stand: a core, an enterprise or a declared attribute. */
export function readTargetPlace(text: string, type: ResourceType): ReadTarget {
  const place = parsePlace(text);
  if (place === undefined || place.names.length > 2) {
    return refused('write it as title, name.middleName, emails[work].value or "urn:…:costCenter"');
  }
  const { urn, chosen } = place;
  const [name, subName] = place.names;
  const found = findTarget(type, { urn, attribute: name });
  if (found === undefined) {
    return refused("the connector's users have no such attribute; declare it first");
  }
  const reason = OWNED.get(found.attribute.name);
  if (found.extension === undefined && reason !== undefined) return refused(reason);
  if (found.attribute === MANAGER) return managerPlace(subName);
  const wanted = subName ?? (chosen === undefined ? undefined : "value");
  const target = findTarget(type, { urn, attribute: name, subAttribute: wanted });
  if (target === undefined) return refused(`"${found.attribute.name}" has no such part`);
  return checked(target, chosen === undefined ? undefined : foldText(chosen));
}

function checked(target: AttributeTarget, chosen: string | undefined): ReadTarget {
  const { attribute: whole, subAttribute } = target;
  const leaf = subAttribute ?? whole;
  if (!isWritable(whole) || !isWritable(leaf)) return refused("it cannot be written");
  if (leaf.type === "complex") {
    const example = whole.multiValued ? `${whole.name}[work].value` : `${whole.name}.…`;
    return refused(`name one part of it, such as ${example}`);
  }
  const slot = slotOf(target, chosen);
  if (slot === undefined) {
    return refused(
      whole.multiValued && whole.type === "complex"
        ? `say which of its values, such as ${whole.name}[work].${leaf.name}`
        : "it has no values of several types to choose from",
    );
  }
  if (DESCRIBING.has(leaf.name) && slot.kind === "typed") {
    return refused("the type and the primary mark of a value are the mapping's own");
  }
  return { kind: "target", target: { slot, attribute: leaf, isManager: false } };
}

const DESCRIBING: ReadonlySet<string> = new Set(["type", "primary", "$ref"]);

function slotOf(
  { extension: urn, attribute: whole, subAttribute }: AttributeTarget,
  chosen: string | undefined,
): Slot | undefined {
  if (subAttribute === undefined) {
    if (chosen !== undefined) return undefined;
    return urn === undefined ? attribute(whole.name) : extension(urn, whole.name);
  }
  if (urn !== undefined) return undefined;
  if (!whole.multiValued)
    return chosen === undefined ? part(whole.name, subAttribute.name) : undefined;
  if (chosen === undefined) return undefined;
  const slot = typed(whole.name, chosen, subAttribute.name);
  // The same slot as the providers' own mappings have, which marks it primary.
  return slot.path === WORK_EMAIL.path ? WORK_EMAIL : slot;
}

function managerPlace(subName: string | undefined): ReadTarget {
  if (subName !== undefined && subName !== "value") return refused("write manager alone");
  const slot = extension(ENTERPRISE_USER, MANAGER.name);
  return { kind: "target", target: { slot, attribute: MANAGER, isManager: true } };
}

function isWritable({ mutability }: Attribute): boolean {
  return mutability === "readWrite" || mutability === "immutable";
}

/** What is the Bridge's own, or the gateway's. */
const OWNED: ReadonlyMap<string, string> = new Map([
  ["userName", "userNameFrom says where the userName comes from"],
  ["externalId", "it is the provider's id of the user"],
  ["active", "the provider's own state of the user decides it"],
  ["password", "passwords are never mapped"],
  ["id", "the gateway gives it"],
  ["meta", "the gateway keeps it"],
  ["schemas", "the gateway keeps it"],
  ["groups", "memberships come from the groups"],
]);

function refused(detail: string): ReadTarget {
  return { kind: "refused", detail };
}
