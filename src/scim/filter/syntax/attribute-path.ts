import type { AttributePath } from "./ast.ts";
import { isLetter, isNameCharacter } from "./tokens.ts";

/**
 * Splits an attribute path of RFC 7644 §3.10 at its last colon and its dot; undefined when it is none.
 * Attribute names hold no colon, so the dots of a URN's `2.0` are never taken for a sub-attribute's.
 */
export function parseAttributePath(text: string): AttributePath | undefined {
  const colon = text.lastIndexOf(":");
  const urn = text.slice(0, Math.max(colon, 0));
  if (colon >= 0 && !urn.toLowerCase().startsWith("urn:")) return undefined;
  const [attribute, subAttribute, ...rest] = text.slice(colon + 1).split(".");
  if (attribute === undefined || !isAttributeName(attribute) || rest.length > 0) return undefined;
  if (subAttribute !== undefined && !isAttributeName(subAttribute)) return undefined;
  return {
    ...(colon < 0 ? {} : { urn }),
    attribute,
    ...(subAttribute === undefined ? {} : { subAttribute }),
  };
}

/**
 * Splits a URN that goes on with dots where a colon belongs (Apache Syncope), such as
 * `urn:…:2.0:User.manager.value`; only who knows the URNs can tell where it ends (findTarget).
 */
export function parseDottedUrn(text: string): AttributePath | undefined {
  const colon = text.lastIndexOf(":");
  const attribute = text.slice(colon + 1);
  const isDotted = attribute.includes(".") && attribute.split(".").every(isNamePart);
  if (!isDotted || !text.toLowerCase().startsWith("urn:")) return undefined;
  return { urn: text.slice(0, colon), attribute };
}

function isNamePart(text: string): boolean {
  return text !== "" && [...text].every(isNameCharacter) && !isPrototypeName(text);
}

/** Whether a text can be the name of an attribute; names that reach an object's prototype cannot. */
export function isAttributeName(text: string): boolean {
  const first = text.charAt(0);
  return (
    (isLetter(first) || first === "_" || first === "$") &&
    [...text].every(isNameCharacter) &&
    !isPrototypeName(text)
  );
}

/** Whether a name is one of those by which a JavaScript object's prototype is reached. */
export function isPrototypeName(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === "__proto__" || lower === "constructor" || lower === "prototype";
}
