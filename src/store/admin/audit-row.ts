import type { JsonValue } from "#scim/json.ts";
import type { AttributeDifference, Difference } from "#scim/resource/difference.ts";
import { redactDifference } from "#store/event-log/redact.ts";
import { redactText } from "#store/event-log/redact-text.ts";

/** What the trail tells of an admin call that changes something; no secret is in it. */
export interface AuditRow {
  /** UUIDv7 of when the call came. */
  readonly id: string;
  readonly operation: string;
  readonly subject: string;
  readonly connectorId: string | undefined;
  readonly subjectId: string | undefined;
  readonly actorKind: "adminToken" | "access" | "key" | "setupLink";
  readonly actor: string;
  readonly actorName: string | undefined;
  readonly difference: Difference;
  readonly clientIp: string | undefined;
  readonly userAgent: string | undefined;
}

/** What a call changed, as the thing was and as it is; left out for what was not there, or is not any more. */
export interface Sides {
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

const ID_BYTES_MAX = 256;
const TEXT_BYTES_MAX = 512;

/** A row as it may be kept: by the rules of the event log without secrets, its sizes bounded. */
export function auditRow({
  sides,
  ...facts
}: Omit<AuditRow, "difference"> & { readonly sides: Sides }): AuditRow {
  const text = (value: string | undefined, bytesMax: number) =>
    value === undefined ? undefined : redactText(value, bytesMax);
  return {
    ...facts,
    subjectId: text(facts.subjectId, ID_BYTES_MAX),
    userAgent: text(facts.userAgent, TEXT_BYTES_MAX),
    actorName: text(facts.actorName, TEXT_BYTES_MAX),
    difference: redactDifference(differenceBetween(sides)),
  };
}

/**
 * The members that differ, each by its path with dots (`settings.deletion`); lists are compared as a whole.
 * An absent side means that there was, or is, no value: null is told as none.
 */
export function differenceBetween({ before = {}, after = {} }: Sides): Difference {
  const from = leavesOf(before);
  const to = leavesOf(after);
  const names = [...new Set([...from.keys(), ...to.keys()])];
  const changed = names.filter((name) => from.get(name) !== to.get(name));
  return Object.fromEntries(changed.map((name) => [name, side(from.get(name), to.get(name))]));
}

function side(from: string | undefined, to: string | undefined): AttributeDifference {
  return {
    ...(from !== undefined && { from: parsed(from) }),
    ...(to !== undefined && { to: parsed(to) }),
  };
}

/** Each text was written by leavesOf. */
function parsed(text: string): JsonValue {
  return JSON.parse(text);
}

/** The values of an object that are no objects, as JSON texts by their paths. */
function leavesOf(value: object, path = ""): ReadonlyMap<string, string> {
  const leaves = Object.entries(value).flatMap(([name, inner]): [string, string][] => {
    if (inner === undefined || inner === null) return [];
    const place = `${path}${name}`;
    if (typeof inner === "object" && !Array.isArray(inner)) {
      return [...leavesOf(inner, `${place}.`)];
    }
    return [[place, JSON.stringify(inner)]];
  });
  return new Map(leaves);
}
