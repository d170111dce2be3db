/** The address of the `rel="next"` link of a Link header (RFC 8288), as it is written; undefined for none. */
export function readNextLink(headers: Headers): string | undefined {
  for (const [, url, parameters = ""] of (headers.get("Link") ?? "").matchAll(LINK)) {
    if (namesNext(parameters)) return url;
  }
  return undefined;
}

/** An address holds no `>`; a quoted parameter may hold commas. */
const LINK = /<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)/g;

/** RFC 8288 §3.3: a list of types, in any letter case. */
function namesNext(parameters: string): boolean {
  return [...parameters.matchAll(PARAMETER)].some(
    ([, name = "", quoted, bare = ""]) =>
      name.toLowerCase() === "rel" && (quoted ?? bare).toLowerCase().split(/\s+/).includes("next"),
  );
}

const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s",;]+))/g;
