import type { Answer } from "#http/response/answer.ts";
import { quoteName } from "#scim/json.ts";
import { MASK, maskName } from "#store/event-log/mask.ts";
import { redactText } from "#store/event-log/redact-text.ts";

const EXPLANATION_BYTES_MAX = 2_048;

/**
 * For a refusal: a plain sentence for the administrator with the cause, the next step and whom it
 * concerns; null for any other answer. `isMasked` keeps everything out that the client sent.
 */
export function explain(
  answer: Answer,
  { userName }: { readonly userName?: string },
  isMasked: boolean,
): string | null {
  if (answer.status < 400 || answer.body === undefined) return null;
  const quote = isMasked ? () => `"${MASK}"` : quoteName;
  const cause = causeOf(answer, isMasked);
  const sentence = answer.explanation?.(quote, cause) ?? `${cause} ${nextStep(answer)}`.trim();
  const whom = userName === undefined ? "" : quoteName(isMasked ? maskName(userName) : userName);
  const isNamed = whom === "" || sentence.includes(whom);
  return redactText(
    isNamed ? sentence : `${sentence} The request was about ${whom}.`,
    EXPLANATION_BYTES_MAX,
  );
}

/** The error's detail, which can repeat what the client sent: a masked log has its kind alone. */
function causeOf({ status, scimType, body }: Answer, isMasked: boolean): string {
  if (isMasked) return `The request was refused with ${status}${scimType ? ` ${scimType}` : ""}.`;
  // Error bodies are written by answer.ts, which always gives a detail.
  return (JSON.parse(body ?? "{}") as { detail?: string }).detail ?? "";
}

/** What an administrator can do about a kind of refusal; empty where the detail says it already. */
function nextStep({ status, scimType }: Answer): string {
  return NEXT_STEPS.get(scimType ?? String(status)) ?? "";
}

const NEXT_STEPS: ReadonlyMap<string, string> = new Map([
  ["invalidFilter", "Correct the matching or import settings of the provider that ask this."],
  ["uniqueness", "Look for who holds it, then rename one of the two or remove the other."],
  ["mutability", "Take this attribute out of the provider's mapping."],
  ["invalidSyntax", "The provider has to send the request otherwise: look at its app's settings."],
  ["invalidPath", "Correct the name of this attribute in the provider's mapping."],
  ["noTarget", "Correct this path in the provider's mapping, or send the whole attribute."],
  ["invalidValue", "Correct the value at its source, or the mapping that makes it."],
  ["invalidCursor", "The client has to start this list again."],
  ["expiredCursor", "The client has to start this list again and to read it without a pause."],
  ["invalidCount", "The client has to ask for another count."],
  ["401", "Put a live token or secret of this connector in place at the provider."],
  ["404", "Check the SCIM base URL at the provider."],
  ["405", "The client asks for what SCIM does not have: look at its settings."],
  ["501", "Switch the provider's feature off that asks for this."],
  ["500", "Look for the id in the Worker's log and report it."],
  ["503", "The client repeats it by itself; look after the database if this goes on."],
]);
