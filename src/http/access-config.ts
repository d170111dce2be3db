/** How Cloudflare Access lets administrators in. */
export interface AccessConfig {
  /** The team's host in small letters, such as acme.cloudflareaccess.com. */
  readonly teamDomain: string;
  readonly audience: string;
  /** Who may change things: the e-mail addresses as `foldAscii` has them, or everybody who was let in. */
  readonly administrators: "everybody" | ReadonlySet<string>;
}

/** The variables of Cloudflare Access. */
export type AccessVariables = Pick<
  Env,
  "ACCESS_TEAM_DOMAIN" | "ACCESS_AUD" | "ACCESS_ADMIN_EMAILS"
>;

/**
 * Reads the variables of Cloudflare Access; undefined where none is set. Throws an Error that names the
 * variable for a part without the others, and for a list of administrators that names nobody.
 */
export function readAccess(variables: AccessVariables): AccessConfig | undefined {
  const { ACCESS_TEAM_DOMAIN: team, ACCESS_AUD: audience, ACCESS_ADMIN_EMAILS: list } = variables;
  if (team === "" && audience === "") {
    if (list === "") return undefined;
    throw new Error("ACCESS_ADMIN_EMAILS means nothing without ACCESS_TEAM_DOMAIN and ACCESS_AUD.");
  }
  if (team === "" || audience === "") {
    throw new Error("ACCESS_TEAM_DOMAIN and ACCESS_AUD must be set together.");
  }
  if (!HOST.test(team)) {
    throw new Error(
      `ACCESS_TEAM_DOMAIN must be a host such as acme.cloudflareaccess.com, not "${team}".`,
    );
  }
  if (!AUDIENCE.test(audience)) {
    throw new Error(`ACCESS_AUD must be the application's audience tag, not "${audience}".`);
  }
  return { teamDomain: team.toLowerCase(), audience, administrators: readAdministrators(list) };
}

const HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const AUDIENCE = /^[\w-]+$/;

/** An empty list is nobody's: a variable that was forgotten makes no administrators. */
function readAdministrators(list: string): AccessConfig["administrators"] {
  if (list === "") return new Set();
  const entries = list.split(",").map((entry) => entry.trim());
  const named = entries.filter((entry) => entry !== "");
  if (named.length === 1 && named[0] === "*") return "everybody";
  const wrong = named.find((entry) => !/^[^\s@*]+@[^\s@*]+$/.test(entry));
  if (named.length === 0 || wrong !== undefined) {
    throw new Error(
      `ACCESS_ADMIN_EMAILS must hold e-mail addresses separated by commas, or * alone for everybody; it holds "${wrong ?? list}".`,
    );
  }
  return new Set(named.map(foldAscii));
}

/** Whether somebody whom Access let in may change things; a service token has no address. */
export function isAdministrator(
  { administrators }: AccessConfig,
  email: string | undefined,
): boolean {
  if (administrators === "everybody") return true;
  return email !== undefined && administrators.has(foldAscii(email));
}

/**
 * Folds A to Z alone. Whatever else looks alike, such as a long s, a Kelvin sign or a full-width letter,
 * is another mailbox, and may be a stranger's.
 */
export function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
