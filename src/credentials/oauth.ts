/** A refusal of the token endpoint (RFC 6749 §5.2). */
export class OauthError extends Error {
  override readonly name = "OauthError";

  constructor(
    readonly code:
      | "invalid_request"
      | "invalid_client"
      | "unauthorized_client"
      | "unsupported_grant_type"
      | "invalid_scope",
    readonly description: string,
  ) {
    super(description);
  }
}

/** What a client asks the token endpoint for. */
export interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: string;
  /** undefined asks for all that the client may do. */
  readonly scope: string | undefined;
}

/**
 * Reads a client credentials request (RFC 6749 §4.4.2) from its parameters and Authorization header; throws
 * the OauthError that RFC 6749 §5.2 gives to what is wrong with it.
 */
export function readTokenRequest(
  form: URLSearchParams,
  authorization: string | undefined,
): TokenRequest {
  for (const name of new Set(form.keys())) {
    if (form.getAll(name).length > 1) throw refuse(`The parameter "${name}" is given twice.`);
  }
  const grantType = parameter(form, "grant_type");
  if (grantType === null) throw refuse(`The parameter "grant_type" is missing.`);
  if (grantType !== "client_credentials") {
    throw new OauthError("unsupported_grant_type", "Only client_credentials is supported.");
  }
  const scope = parameter(form, "scope") ?? undefined;
  return { ...readClient(form, authorization), scope };
}

/** Reads a parameter; one without a value counts as left out (RFC 6749 §3.2). */
function parameter(form: URLSearchParams, name: (typeof PARAMETERS)[number]): string | null {
  return form.get(name) || null;
}

/** What a token request may hold; others are ignored (RFC 6749 §3.2). */
export const PARAMETERS = ["grant_type", "scope", "client_id", "client_secret"] as const;

/**
 * The scope that a client is granted: what it asks for of those that exist, or all it may do (RFC 6749
 * §3.3); throws where it asks for more than that alone.
 */
export function grantedScope(
  asked: string | undefined,
  allowed: "read" | "read-write",
): "read" | "read-write" {
  const known = (asked ?? "")
    .split(" ")
    .filter((scope) => scope === "read" || scope === "read-write");
  if (known.length === 0) return allowed;
  if (allowed === "read-write" && known.includes("read-write")) return "read-write";
  if (known.includes("read")) return "read";
  throw new OauthError("invalid_scope", `This client may ask for: ${allowed}.`);
}

/** The client's id and secret: by HTTP Basic or in the form, never both (RFC 6749 §2.3). */
function readClient(form: URLSearchParams, authorization: string | undefined) {
  const id = parameter(form, "client_id");
  const secret = parameter(form, "client_secret");
  if (authorization === undefined) {
    if (id === null || secret === null) {
      throw new OauthError("invalid_client", "Send client_id and client_secret.");
    }
    return { clientId: id, clientSecret: secret };
  }
  if (secret !== null) throw refuse("Send the client's secret once, by Basic or in the form.");
  const basic = readBasic(authorization);
  if (id !== null && id !== basic.clientId) throw refuse("The form names another client_id.");
  return basic;
}

function readBasic(authorization: string) {
  const [scheme, encoded = ""] = authorization.trim().split(/\s+/);
  const [id, ...secret] = decode(encoded)?.split(":") ?? [];
  if (scheme?.toLowerCase() !== "basic" || id === undefined || secret.length === 0) {
    throw new OauthError("invalid_client", "The Authorization header is no Basic credential.");
  }
  return { clientId: formDecoded(id), clientSecret: formDecoded(secret.join(":")) };
}

function decode(base64: string): string | undefined {
  try {
    return atob(base64);
  } catch {
    return undefined;
  }
}

/** RFC 6749 §2.3.1 has both form-encoded before they are joined; many clients do not do it. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function refuse(description: string): OauthError {
  return new OauthError("invalid_request", description);
}
