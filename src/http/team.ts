/** Who a customer's administrator is told that the set-up comes from; undefined where it was not set. */
export interface Team {
  readonly name: string | undefined;
  /** A picture as a data URL: the page loads nothing from another host. */
  readonly logo: string | undefined;
  /** An e-mail address, or the https address of a page. */
  readonly contact: string | undefined;
}

/** The variables of the team. */
export type TeamVariables = Partial<Pick<Env, "TEAM_NAME" | "TEAM_LOGO" | "TEAM_CONTACT">>;

const NAME_CHARACTERS_MAX = 100;

const LOGO = /^data:image\/(?:png|jpeg|webp|gif|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/;
const ADDRESS = /^[^\s@<>"]+@[^\s@<>"]+$/;

/** Reads the variables of the team; throws an Error that names the one that makes no sense. */
export function readTeam({
  // A wrangler.toml of the operator's own may be older than the variables.
  TEAM_NAME: name = "",
  TEAM_LOGO: logo = "",
  TEAM_CONTACT: contact = "",
}: TeamVariables): Team {
  for (const [variable, text] of Object.entries({ name, logo, contact })) {
    if (typeof text === "string") continue;
    throw new Error(`TEAM_${variable.toUpperCase()} must be a text.`);
  }
  if (name.length > NAME_CHARACTERS_MAX || /\p{Cc}/u.test(name)) {
    throw new Error(`TEAM_NAME must be a name of at most ${NAME_CHARACTERS_MAX} characters.`);
  }
  if (logo !== "" && !LOGO.test(logo)) {
    throw new Error(
      "TEAM_LOGO must be a picture as a data URL: data:image/png;base64,… or jpeg, webp, gif, svg+xml.",
    );
  }
  if (contact !== "" && !ADDRESS.test(contact) && !isPage(contact)) {
    throw new Error(
      `TEAM_CONTACT must be an e-mail address or an https address, not "${contact}".`,
    );
  }
  return { name: name.trim() || undefined, logo: logo || undefined, contact: contact || undefined };
}

function isPage(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "https:";
}

/** Whom to ask, in a sentence, where a link does not work. */
export function whomToAsk({ name, contact }: Team): string {
  const whom = name ?? "whoever sent you the link";
  return `Ask ${whom} for another one${contact === undefined ? "" : `: ${contact}`}.`;
}
