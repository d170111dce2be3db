import type { BridgeScope } from "../config/settings.ts";
import type { Issue } from "../mapping/mapped.ts";
import { noteIssues } from "../notices/note-issues.ts";
import type { Reach } from "../plan/context.ts";
import { askAgain } from "../source/odd-answers.ts";
import { type ScopePage, type ScopePart, type Source, SourceError } from "../source/source.ts";
import { enterPhase, type Run } from "../state/run.ts";
import { noteNext } from "../step/listing.ts";
import type { RunContext } from "../step/run-context.ts";
import { issueSubject } from "../storage/issues.ts";
import {
  cameWith,
  closePart,
  nextPart,
  type OpenPart,
  passScopePage,
  putParts,
} from "../storage/scope.ts";

/**
 * Phase "scope", of a bridge that provisions some people alone: before anybody is looked at, it is read who
 * they are, group by group. Where any part of it cannot be read the scope is in doubt: nobody is outside of
 * it in this run then, and nobody new comes.
 */
export async function readScope(world: RunContext, run: Run): Promise<Run> {
  const { sql, config, keep } = world;
  const { scope } = config.settings;
  if (run.place.step === "") {
    return keep(run, () => {
      putParts(sql, scope === undefined ? [] : partsOf(scope));
      return { ...run, place: { ...run.place, step: "read" } };
    });
  }
  const part = nextPart(sql);
  if (part === undefined) return keep(run, () => leaveScope(world, run, run.place.after));
  const page = await pageOrTrouble(world, part);
  return keep(run, () => {
    if (page instanceof SourceError) {
      closePart(sql, part);
      const after = run.place.after || page.detail;
      return { ...run, place: { ...run.place, after } };
    }
    page.noted();
    passScopePage(sql, part, page);
    return run;
  });
}

/** What a scope is made of at first. */
export function partsOf(scope: BridgeScope): readonly ScopePart[] {
  if ("application" in scope) return [{ kind: "application", sourceId: scope.application }];
  return scope.groups.map((sourceId) => ({ kind: "group", sourceId }));
}

/**
 * The phase behind; `trouble` says why the scope is in doubt, "" where it is not. Runs inside the object's
 * transaction.
 */
export function leaveScope(world: RunContext, run: Run, trouble: string): Run {
  const issue = scopeIssue(trouble);
  const noted = noteIssues(world, run, {
    type: "User",
    issues: trouble === "" ? [] : [issue],
    settled: [issueSubject(issue)],
  });
  const reach = trouble === "" ? "known" : "doubtful";
  const phase = run.mode === "approve" ? "confirm" : "users";
  return enterPhase({ ...noted, reach }, phase, world.clock.now());
}

/** A listing whose scope is in doubt is as good as incomplete: nothing is concluded from who is not in it. */
export function doubtedByScope(run: Run): Run {
  if (run.reach !== "doubtful") return run;
  const why = "it could not be read who is in the scope of the bridge.";
  return { ...run, isComplete: false, incompleteWhy: run.incompleteWhy ?? why };
}

/** So many pages of the scope are read for one user whom an administrator asks for. */
const PAGES_FOR_ONE_MAX = 30;

/**
 * Reads the scope until somebody is found in it; "unknown" where it is larger than what can be read for one
 * user. Throws what the source throws.
 */
export async function findInScope(
  source: Pick<Source, "scopePage">,
  scope: BridgeScope,
  sourceId: string,
): Promise<Reach> {
  const open: { part: ScopePart; cursor: string | undefined }[] = [];
  const known = new Set<string>();
  const add = (parts: readonly ScopePart[]) => {
    for (const part of parts) {
      const key = JSON.stringify([part.kind, part.sourceId]);
      if (!known.has(key)) open.push({ part, cursor: undefined });
      known.add(key);
    }
  };
  add(partsOf(scope));
  for (let pages = 0; pages < PAGES_FOR_ONE_MAX; pages += 1) {
    const [next] = open;
    if (next === undefined) return "out";
    const page = await source.scopePage(next.part, next.cursor);
    if (page.isEveryone === true || page.sourceIds.includes(sourceId)) return "in";
    const nested = page.groups.filter(({ isExpanded }) => !isExpanded);
    add(nested.map((each) => ({ kind: "group", sourceId: each.sourceId })));
    if (page.next === undefined) open.shift();
    else next.cursor = page.next;
  }
  return open.length === 0 ? "out" : "unknown";
}

/** A page of a part, or why the part cannot be read now, and perhaps never. */
async function pageOrTrouble(
  world: RunContext,
  part: OpenPart,
): Promise<(ScopePage & { readonly noted: () => void }) | SourceError> {
  const { kind, sourceId, cursor } = part;
  const trouble = (detail: string) =>
    new SourceError({ kind: "record", sourceId, mayPass: false }, detail);
  try {
    const page = await askAgain(() => world.source.scopePage({ kind, sourceId }, cursor));
    const noted = await noteNext(world, `scope ${kind} ${sourceId}`, page.next);
    if (noted === undefined) {
      return trouble(`The provider's pages of the ${kind} ${sourceId} repeat.`);
    }
    const came = cameWith(part, page);
    if (page.next === undefined && page.total !== undefined && came < page.total) {
      return trouble(`The ${kind} ${sourceId} announces ${page.total} members, and ${came} came.`);
    }
    return { ...page, noted };
  } catch (error) {
    if (error instanceof SourceError && isOfPart(error)) return error;
    throw error;
  }
}

/** What concerns users and their listing waits; what concerns this part alone leaves it in doubt. */
function isOfPart({ failure: { kind } }: SourceError): boolean {
  return kind === "record" || kind === "groupsForbidden";
}

function scopeIssue(trouble: string): Issue {
  const detail = `It could not be read who is in the scope of the bridge: ${trouble} Nobody is taken to be outside of it in this run, and nobody new is provisioned but who was found in it; who left the provider is switched off all the same. Give the bridge the right to read the scope, or change its scope; the next run tries again.`;
  return { kind: "scope-unread", sourceId: undefined, userName: undefined, detail };
}
