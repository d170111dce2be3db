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
 * Reads a client credentials request (RFC 6749 §4.4.2) from its form and Authorization header; throws
 * the OauthError that RFC 6749 §5.2 gives to what is wrong with it.
 */
export function readTokenRequest(
  form: URLSearchParams,
  authorization: string | undefined,
): TokenRequest {
  for (const name of new Set(form.keys())) {
    if (form.getAll(name).length > 1) throw refuse(`The parameter "${name}" is given twice.`);
  }
  const grantType = form.get("grant_type");
  if (grantType === null) throw refuse(`The parameter "grant_type" is missing.`);
  if (grantType !== "client_credentials") {
    throw new OauthError("unsupported_grant_type", "Only client_credentials is supported.");
  }
  const scope = form.get("scope")?.trim() || undefined;
  return { ...readClient(form, authorization), scope };
}

/** The client's id and secret: by HTTP Basic or in the form, never both (RFC 6749 §2.3). */
function readClient(form: URLSearchParams, authorization: string | undefined) {
  const id = form.get("client_id");
  const secret = form.get("client_secret");
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
