import type { JsonValue } from "#scim/json.ts";
import {
  type ConnectorTerms,
  type Directory,
  documentOf,
  type ResourceChange,
  type ResourceRecord,
} from "#scim/ports.ts";
import { identityOf } from "#scim/resource/identity.ts";
import { newRecord, replacedRecord, withActive } from "#scim/resource/record.ts";
import { type NormalisedResource, refuseEmptying } from "#scim/resource/resource.ts";
import { requireAllowedDomains } from "#scim/rules/domains.ts";
import { draftOf, finalOf } from "./draft.ts";
import { tryOptimistic } from "./optimistic.ts";
import {
  DECISIONS_MAX,
  refuseCycle,
  refuseTaken,
  tooContended,
  type Written,
} from "./provision.ts";
import { decideCreate } from "./rehire.ts";

/**
 * Creates a user from the body of a POST (RFC 7644 §3.3), or restores the one it is.
 * The unique indexes and guards alone decide races: a loser looks once more who won, and that is final.
 */
export async function createUser(directory: Directory, body: JsonValue): Promise<Written> {
  const { type } = directory;
  const draft = draftOf(type, body);
  const basis = draft && directory.assumeNobody?.(identityOf(type, draft.document));
  const tried = await tryOptimistic(basis, (_, terms) => {
    return creation([], finalOf(type, draft, body, terms), terms, directory);
  });
  if (tried?.outcome.kind === "committed") {
    const { change, warnings } = tried.decision;
    return { kind: "created", record: change.after, warnings };
  }
  let hasLostRace = false;
  for (let attempt = 1; attempt <= DECISIONS_MAX; attempt += 1) {
    const found = draft && (await directory.candidates(identityOf(type, draft.document)));
    const terms = await directory.settings();
    const final = finalOf(type, draft, body, terms);
    // Without a draft, the userName is one that only the connector's settings could tell.
    const candidates = found ?? (await directory.candidates(identityOf(type, final.document)));
    const { change, warnings } = creation(candidates, final, terms, directory);
    const outcome = await directory.commit([change], warnings);
    switch (outcome.kind) {
      case "committed":
        return { kind: "created", record: change.after, warnings };
      case "uniqueness":
        if (hasLostRace) throw await refuseTaken(directory, outcome.key, change);
        hasLostRace = true;
        break;
      case "membershipCycle":
        throw refuseCycle();
      case "versionChanged":
        await directory.pause(attempt);
    }
  }
  throw tooContended();
}

function creation(
  candidates: readonly ResourceRecord[],
  given: NormalisedResource,
  terms: ConnectorTerms,
  { newId, now }: Directory,
): { readonly change: ResourceChange; readonly warnings: readonly string[] } {
  const { type } = terms;
  const document = withActive(given.document, true);
  const decision = decideCreate(type, candidates, document, terms);
  const warnings = [...given.warnings, ...decision.warnings];
  if (decision.kind === "create") {
    requireAllowedDomains(undefined, document, terms);
    return {
      change: { kind: "create", after: newRecord(type, newId(), document, now) },
      warnings,
    };
  }
  const { before } = decision;
  refuseEmptying(given.hollow, documentOf(before));
  const isLive = before.deletedAt === undefined;
  requireAllowedDomains(isLive ? documentOf(before) : undefined, document, terms);
  const after = replacedRecord(type, before, document, now);
  const kind = isLive ? "update" : "restore";
  return { change: { kind, before, after }, warnings };
}
