/**
 * The names that speak of a secret, in one place for all that is logged: bodies, paths, filters, queries
 * and texts. A name that is hidden for nothing costs a line of the log; one that is missed costs a password.
 */

/** Whether a name, or a path that is made of names, speaks of a secret in any part and any spelling. */
export function isSecretName(name: string): boolean {
  if (name.length > NAME_CHARACTERS_KNOWN) return speaksOfSecret(name);
  const known = judged.get(name);
  if (known !== undefined) return known;
  const isSecret = speaksOfSecret(name);
  if (judged.size >= NAMES_KNOWN_MAX) judged.clear();
  judged.set(name, isSecret);
  return isSecret;
}

/**
 * Whether a filter, a path or any text of a query names a secret outside of the values it compares with,
 * or escapes a character, which could hide one.
 */
export function namesSecret(text: string): boolean {
  if (text.includes("\\u")) return true;
  for (const [piece] of text.matchAll(PIECES)) {
    const isClosed = piece.length > 1 && piece.startsWith('"') && piece.endsWith('"');
    if (isClosed ? isQuotedSecretName(piece.slice(1, -1)) : isSecretName(piece)) return true;
  }
  return false;
}

/** The words of a text that may be the secret which it compares with, for finding them elsewhere. */
export function comparedWords(text: string): readonly string[] {
  const words = [...text.matchAll(PIECES)].map(([piece]) => piece.replaceAll('"', ""));
  return words.filter((word) => !isSecretName(word) && !OPERATORS.has(word.toLowerCase()));
}

/** Whether a text has to be looked at more closely; most have not. JSON is asked about as it is written. */
export function mayNameSecret(text: string): boolean {
  const joined = BEYOND_ASCII.test(text)
    ? withoutAccents(text).replaceAll(JOINTS, "")
    : text.replaceAll(PLAIN_JOINTS, "");
  return HINT.test(joined) || ADDRESS.test(text);
}

/** A quoted string, also one without its end, or a word. */
const PIECES = /"(?:[^"\\]|\\.?)*"?|[\p{L}\p{M}\p{N}_$.:@-]+/gsu;

/** What a filter compares with may speak of tokens; a name alone in quotes is no such value. */
function isQuotedSecretName(quoted: string): boolean {
  return PLAIN_NAME.test(quoted) && isSecretName(quoted);
}

const PLAIN_NAME = /^[\p{L}\p{M}\p{N}_$.:-]*$/u;

const OPERATORS: ReadonlySet<string> = new Set(
  "eq ne co sw ew gt ge lt le pr and or not true false null".split(" "),
);

/** The same few names come with every request. */
const judged = new Map<string, boolean>();
const NAMES_KNOWN_MAX = 2_000;
const NAME_CHARACTERS_KNOWN = 128;

function speaksOfSecret(name: string): boolean {
  const text = withoutAccents(withoutUrn(name));
  const joined = text.replaceAll(JOINTS, "").toLowerCase().replaceAll("secretar", "");
  return SECRET.test(joined) || text.split(WORD_ENDS).some(isSecretWord);
}

function withoutAccents(text: string): string {
  return text.normalize("NFKD").replaceAll(ACCENTS, "");
}

/** A schema's URN may speak of anything; of `urn:…:User:password` the attribute's name counts. */
function withoutUrn(name: string): string {
  const text = name.trim();
  if (!URN_START.test(text)) return text;
  const bracket = text.indexOf("[");
  const colon = text.lastIndexOf(":", bracket === -1 ? text.length : bracket);
  return text.slice(colon + 1);
}

const URN_START = /^urn:/i;

/** `contraseña`, and `pässword` for whoever hides one. */
const ACCENTS = /\p{Mn}/gu;

/** What joins the words of a name, and what nobody sees. */
const JOINTS = /[\s_\p{Cc}\p{Pd}\p{Default_Ignorable_Code_Point}]/gu;

/** Within a name, also in `newPassword`, `userPassword`, `accessTokenHash` and `client_secret`. */
const SECRET =
  /passw|passphrase|passcode|passkey|pwd|kennwort|motdepasse|contrasena|wachtwoord|secret|token|apikey|privatekey|accesskey|sharedkey|signingkey|encryptionkey|sshkey|authoriz|authoris|credential|bearer|assertion|sessionid|recoverycode|securityanswer/;

/** `userPass` ends a word where it begins another. */
const WORD_ENDS = /[^\p{L}\p{N}]+|(?<=\p{Ll})(?=\p{Lu})/u;

/** Names only as a whole word: `compass` and `shipping` are none. */
const SECRET_WORDS: ReadonlySet<string> = new Set(
  "pass userpass newpass oldpass dbpass pw psw senha auth pin otp totp jwt sig signature cookie cookies".split(
    " ",
  ),
);

function isSecretWord(word: string): boolean {
  return SECRET_WORDS.has(word.toLowerCase());
}

/** All names above contain one of these, once nothing joins their words and letters have no accents. */
const HINT =
  /sg[klsuw]|\\[bfnrtu]|pass|pw|psw|kennwort|contrasena|wachtwoord|senha|secret|token|key|auth|credential|bearer|assertion|session|recovery|answer|pin|otp|jwt|sig|cookie/i;

/** It may hold a password. */
const ADDRESS = /\/\/[^\s/@]*@/;

/** Without `i` and `u`, which together find the ſ among these letters in every s. */
const BEYOND_ASCII = /[\u0080-\uffff]/;

/** The joints of ASCII, as in `to_ken`. */
const PLAIN_JOINTS = /[\s_\p{Cc}-]+/gu;
