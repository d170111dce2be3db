import type { ResourceType } from "#scim/attribute.ts";
import type { ValueFilter } from "#scim/filter/path.ts";
import type { Document } from "#scim/resource/resource.ts";
import { foldKept } from "#scim/resource/value/fold-kept.ts";
import { isUnassigned, saysNothing } from "#scim/resource/value/forms.ts";
import {
  bytesOf,
  checkNumbers,
  extensionMembers,
  fitsKept,
  isKeepable,
  isLargerThan,
  KEPT_BYTES_MAX,
  keptIn,
  leavesOutPassword,
  memberName,
  sizeOfKept,
  tellKept,
  tellLeft,
} from "#scim/resource/value/kept.ts";
import { ScimError } from "../error.ts";
import { matchesElement } from "../filter/match.ts";
import { isJsonObject, type JsonObject, type JsonValue, readMember } from "../json.ts";
import { isExtensionMember, ownExtension, readUndeclared } from "../schema/undeclared.ts";
import { withoutMember } from "./complex.ts";
import { equalTerms, onlyElement } from "./create.ts";
import { elementsIn } from "./elements.ts";
import { isSameValue } from "./same.ts";
import type { PatchRules, UndeclaredStep } from "./step.ts";
import { stepsOver } from "./weight.ts";

/** Applies such an operation (RFC 7644 §3.5.2): the type of a value says how it is changed. */
export function applyUndeclared(
  type: ResourceType,
  document: Document,
  step: UndeclaredStep,
  rules: PatchRules,
): Document {
  const extensions = Object.keys(document).filter(isExtensionMember);
  const held = new Set(extensions.map((urn) => urn.toLowerCase()));
  const isObject = isJsonObject(step.value);
  const name = readUndeclared(type, step.name, { held, isObject });
  if (name === undefined) return document;
  const { urn, attribute, subAttribute } = name;
  if (attribute === undefined) return changeExtension(type, document, { ...step, urn }, rules);
  const part = step.part ?? subAttribute;
  return changeAttribute(type, document, { ...step, urn, attribute, part }, rules);
}

type Change = Pick<UndeclaredStep, "action" | "filter" | "part" | "value" | "path">;

function changeExtension(
  type: ResourceType,
  document: Document,
  step: Change & { readonly urn: string },
  rules: PatchRules,
): Document {
  const { action, urn, value = null } = step;
  if (action === "remove" || isUnassigned(value)) {
    const size = rules.kept.size ?? sizeOfKept(type, document);
    const removed = keptIn(type, document).filter(
      (each) => each.urn.toLowerCase() === urn.toLowerCase(),
    );
    rules.steps.spend(removed.length);
    rules.kept.size = removed.reduce(
      ({ attributes, bytes }, each) => ({
        attributes: attributes - 1,
        bytes: bytes - bytesOf(each),
      }),
      size,
    );
    return removed.reduce((sum, each) => writeKept(sum, each.urn, each.name, undefined), document);
  }
  return extensionMembers(type, urn, value, rules).reduce(
    (sum, [attribute, member]) =>
      changeAttribute(type, sum, { ...step, attribute, value: member }, rules),
    document,
  );
}

function changeAttribute(
  type: ResourceType,
  document: Document,
  step: Change & { readonly urn: string; readonly attribute: string },
  rules: PatchRules,
): Document {
  const urn = memberName(document, step.urn) ?? ownExtension(type, step.urn)?.id ?? step.urn;
  const holder = readMember(document, urn);
  const object = isJsonObject(holder) ? holder : {};
  const name = memberName(object, step.attribute) ?? step.attribute;
  const before = readMember(object, name);
  rules.steps.spend(1 + stepsOver(before, step.filter));
  const size = rules.kept.size ?? sizeOfKept(type, document);
  rules.kept.size = size;
  const after = changedValue(before, step, rules);
  if (isSameValue(before, after)) return document;
  const formerBytes = before === undefined ? 0 : bytesOf({ urn, name, value: before });
  const others = {
    attributes: size.attributes - (before === undefined ? 0 : 1),
    bytes: size.bytes - formerBytes,
  };
  if (after === undefined) {
    rules.kept.size = others;
    return writeKept(document, urn, name, undefined);
  }
  const attribute = { urn, name, value: after };
  checkNumbers(attribute);
  if (isLargerThan(after, Math.max(formerBytes, KEPT_BYTES_MAX))) {
    tellLeft(rules, [attribute]);
    return document;
  }
  if (leavesOutPassword(rules, attribute)) return document;
  const bytes = bytesOf(attribute);
  const grown = { attributes: others.attributes + 1, bytes: others.bytes + bytes };
  if (!isKeepable(after) || (bytes > formerBytes && !fitsKept(grown))) {
    tellLeft(rules, [attribute]);
    return document;
  }
  rules.kept.size = grown;
  tellKept(rules, attribute);
  return writeKept(document, urn, name, after);
}

function writeKept(
  document: Document,
  urn: string,
  name: string,
  value: JsonValue | undefined,
): Document {
  const holder = readMember(document, urn);
  const object = isJsonObject(holder) ? holder : {};
  const written = value === undefined ? withoutMember(object, name) : { ...object, [name]: value };
  return Object.keys(written).length === 0
    ? withoutMember(document, urn)
    : { ...document, [urn]: written };
}

function changedValue(
  before: JsonValue | undefined,
  step: Change,
  rules: PatchRules,
): JsonValue | undefined {
  if (step.filter !== undefined) return changedWhere(before, step, step.filter, rules);
  if (step.part !== undefined) return changedPart(before, step, step.part);
  const { action, value } = step;
  if (action === "remove") return removed(before, value);
  const given = value ?? null;
  if (isUnassigned(given) || saysNothing(given)) {
    return action === "add" && Array.isArray(before) ? before : undefined;
  }
  if (isJsonObject(before) && isJsonObject(given)) return merged(before, given);
  if (action === "replace" || before === undefined) return given;
  return Array.isArray(before) || Array.isArray(given) ? joined(before, given) : given;
}

/** Entra removes by a list of values; without any all goes. */
function removed(
  before: JsonValue | undefined,
  value: JsonValue | undefined,
): JsonValue | undefined {
  if (value === undefined || value === null) return undefined;
  const listed = new Set(foldKept(value).map(identityOf));
  const isListed = (element: JsonValue) =>
    foldKept(element).some((each) => listed.has(identityOf(each)));
  return kept(
    before,
    elementsIn(before).filter((element) => !isListed(element)),
  );
}

function identityOf(folded: JsonObject): string {
  const { value } = folded;
  return JSON.stringify(value === undefined ? Object.entries(folded).sort() : value);
}

function joined(before: JsonValue, given: JsonValue): JsonValue {
  const known = new Set(foldKept(before).map(identityOf));
  const added = elementsIn(given).filter((element) => {
    const identities = foldKept(element).map(identityOf);
    const isNew = identities.some((identity) => !known.has(identity));
    for (const identity of identities) known.add(identity);
    return isNew;
  });
  return added.length === 0 ? before : [...elementsIn(before), ...added];
}

/** What is left of a value, in the form that it had: one that was no list does not become one. */
function kept(
  before: JsonValue | undefined,
  elements: readonly JsonValue[],
): JsonValue | undefined {
  if (elements.length === 0) return undefined;
  return Array.isArray(before) ? elements : elements[0];
}

/** Members that are not named stay, those named with nothing go (RFC 7644 §3.5.2.3). */
function merged(before: JsonObject, given: JsonObject): JsonObject | undefined {
  const members = new Map(
    Object.entries(before).map(([name, member]) => [name.toLowerCase(), { name, member }]),
  );
  for (const [name, member] of Object.entries(given)) {
    const key = name.toLowerCase();
    if (isUnassigned(member)) members.delete(key);
    else members.set(key, { name: members.get(key)?.name ?? name, member });
  }
  const entries = [...members.values()].map(({ name, member }) => [name, member]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function changedPart(
  before: JsonValue | undefined,
  { action, value }: Change,
  part: string,
): JsonValue | undefined {
  const member = action === "remove" ? null : (value ?? null);
  const elements = before === undefined && !isUnassigned(member) ? [{}] : elementsIn(before);
  const changed = elements.map((element) => withPart(asObject(element), part, member));
  return kept(
    before,
    changed.filter((each) => each !== undefined),
  );
}

function withPart(object: JsonObject, part: string, member: JsonValue): JsonObject | undefined {
  const name = memberName(object, part) ?? part;
  const written = isUnassigned(member)
    ? withoutMember(object, name)
    : { ...object, [name]: member };
  return Object.keys(written).length === 0 ? undefined : written;
}

function asObject(element: JsonValue): JsonObject {
  return isJsonObject(element) ? element : { value: element };
}

function changedWhere(
  before: JsonValue | undefined,
  step: Change,
  filter: ValueFilter,
  rules: PatchRules,
): JsonValue | undefined {
  const elements = elementsIn(before);
  const chosen = new Set(
    elements.filter((element) =>
      foldKept(element).some((each) => matchesElement(filter.resolved, each)),
    ),
  );
  if (step.action === "remove") {
    const left = elements.flatMap((element) => {
      if (!chosen.has(element)) return [element];
      const rest = step.part === undefined ? undefined : changedPart(element, step, step.part);
      return rest === undefined ? [] : [rest];
    });
    return kept(before, left);
  }
  const given = onlyElement(step.value ?? null);
  if (chosen.size > 0) {
    const count = elements.filter((element) => chosen.has(element)).length;
    rules.steps.spend(count * stepsOver(given, undefined));
    const change = { ...step, filter: undefined, value: given };
    return kept(
      before,
      elements.flatMap((element) => {
        if (!chosen.has(element)) return [element];
        const changed = changedValue(element, change, rules);
        return changed === undefined ? [] : [changed];
      }),
    );
  }
  const terms = equalTerms(filter.parsed);
  if (terms === undefined) {
    throw ScimError.noTarget(`No value matches the path "${step.path}".`);
  }
  const said = step.part === undefined ? asObject(given) : { [step.part]: given };
  return [...elements, { ...Object.fromEntries(terms), ...said }];
}
