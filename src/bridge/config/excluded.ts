import { foldText } from "#scim/text.ts";

/** What of a user exclusions look at. */
export interface ExclusionSubject {
  /** The userName and the primary e-mail address, as far as there are any. */
  readonly names: readonly string[];
  readonly orgUnit: string | undefined;
}

/** Tells whether a user is excluded from a bridge. */
export type Exclusion = (subject: ExclusionSubject) => boolean;

/**
 * Reads exclusions: addresses, globs (`*` for any text, `?` for one character) and org units
 * (`ou:/path`, the units below it included), all in any letter case.
 */
export function readExclusions(patterns: readonly string[]): Exclusion {
  const folded = patterns.map((each) => foldText(each.trim())).filter((each) => each !== "");
  const units = folded.filter((each) => each.startsWith(UNIT)).map(unitPath);
  const globs = folded.filter((each) => !each.startsWith(UNIT)).map((each) => [...each]);
  return ({ names, orgUnit }) => {
    const unit = orgUnit === undefined ? undefined : unitPath(`${UNIT}${foldText(orgUnit)}`);
    if (unit !== undefined && units.some((each) => unit.startsWith(each))) return true;
    const texts = names.map((name) => [...foldText(name)]);
    return globs.some((glob) => texts.some((text) => matchesGlob(text, glob)));
  };
}

const UNIT = "ou:";

/** The path of a unit with one slash at each end, so that /sales is no beginning of /salesforce. */
function unitPath(text: string): string {
  const names = text
    .slice(UNIT.length)
    .split("/")
    .filter((name) => name !== "");
  return ["", ...names, ""].join("/");
}

/**
 * Matches character by character. Only the last `*` is ever tried again, at the next character:
 * the work is at most the product of both lengths, whatever the pattern.
 */
function matchesGlob(text: readonly string[], glob: readonly string[]): boolean {
  let at = 0;
  let globAt = 0;
  let starAt = -1;
  let retryAt = 0;
  while (at < text.length) {
    const wanted = glob[globAt];
    if (wanted === "*") {
      starAt = globAt;
      retryAt = at;
      globAt += 1;
    } else if (wanted === "?" || wanted === text[at]) {
      at += 1;
      globAt += 1;
    } else if (starAt !== -1) {
      retryAt += 1;
      at = retryAt;
      globAt = starAt + 1;
    } else {
      return false;
    }
  }
  return glob.slice(globAt).every((each) => each === "*");
}
