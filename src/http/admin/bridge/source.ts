import type * as z from "zod";
import type { SourceConfig, SourceCredentials } from "#bridge/config/settings.ts";
import { readSafeUrl, type SafeUrlOptions, UnsafeUrl } from "#credentials/safe-url.ts";
import { Problem, pointerTo, unfitMember } from "#http/admin/call/problem.ts";
import { isJsonObject, parseJson } from "#scim/json.ts";
import { withoutTrailing } from "#scim/text.ts";
import {
  type BridgeInput,
  CREDENTIALS,
  GOOGLE_KEY_FILE,
  GOOGLE_KEY_FILE_GIVEN,
} from "./schemas.ts";

/** Reads the source of a bridge with its addresses made safe; 400 for one that is not. */
export function readSource(source: BridgeInput["source"], options: SafeUrlOptions): SourceConfig {
  const whole = (name: string, text: string) => readAddress(name, text, options);
  const origin = (name: string, text: string) => readOrigin(name, text, options);
  switch (source.type) {
    case "okta":
    case "onelogin":
      return { type: source.type, baseUrl: origin("baseUrl", source.baseUrl) };
    case "entra":
      return {
        type: source.type,
        tenantId: source.tenantId.toLowerCase(),
        graphBaseUrl: origin("graphBaseUrl", source.graphBaseUrl),
        loginBaseUrl: origin("loginBaseUrl", source.loginBaseUrl),
      };
    case "google":
      return {
        ...source,
        apiBaseUrl: origin("apiBaseUrl", source.apiBaseUrl),
        tokenUrl: whole("tokenUrl", source.tokenUrl),
      };
    case "jumpcloud": {
      const { orgId, ...others } = source;
      const baseUrl = origin("baseUrl", source.baseUrl);
      return { ...others, baseUrl, ...(orgId !== undefined && { orgId }) };
    }
    case "scim":
      return { type: source.type, baseUrl: whole("baseUrl", source.baseUrl) };
  }
}

/** Reads the credentials that belong to a source; 400 says what they are made of. */
export function readCredentials(
  type: SourceConfig["type"],
  given: Readonly<Record<string, unknown>>,
): SourceCredentials {
  switch (type) {
    case "okta": {
      if (!("clientId" in given || "privateKeyJwk" in given)) {
        return { kind: "okta-token", ...parse(CREDENTIALS["okta-token"], given) };
      }
      const { clientId, privateKeyJwk } = parse(CREDENTIALS["okta-service"], given);
      // Whoever signs with the key reads it member by member, and refuses what is none.
      return { kind: "okta-service", clientId, privateKeyJwk: privateKeyJwk as JsonWebKey };
    }
    case "entra":
      return { kind: "entra", ...parse(CREDENTIALS.entra, given) };
    case "google":
      return { kind: "google", ...readGoogleKey(given) };
    case "onelogin":
      return { kind: "onelogin", ...parse(CREDENTIALS.onelogin, given) };
    case "jumpcloud":
      return { kind: "jumpcloud", ...parse(CREDENTIALS.jumpcloud, given) };
    case "scim":
      return { kind: "scim", ...parse(CREDENTIALS.scim, given) };
  }
}

/** Reads a service account's key, from its file or as the two members of it that count. */
function readGoogleKey(given: Readonly<Record<string, unknown>>) {
  const isFile = "private_key" in given || "client_email" in given;
  if (!isFile && !("keyFile" in given)) return parse(CREDENTIALS.google, given);
  const file = isFile ? given : fileIn(parse(GOOGLE_KEY_FILE_GIVEN, given).keyFile);
  const { client_email, private_key } = parse(GOOGLE_KEY_FILE, file);
  return { clientEmail: client_email, privateKey: private_key };
}

function fileIn(keyFile: string | Readonly<Record<string, unknown>>) {
  if (typeof keyFile !== "string") return keyFile;
  try {
    const file = parseJson(keyFile.trim());
    if (isJsonObject(file)) return file;
  } catch {
    // The error could quote the key.
  }
  throw unfitMember(
    ["credentials", "keyFile"],
    "is not the JSON text of a key file; paste the file whole, with its outer braces",
  );
}

/**
 * Whether two sources are the same provider at the same addresses: only then may credentials that were
 * given for one be sent to the other. On a shared host a path may be what tells the tenants apart.
 */
export function hasSameAddresses(former: SourceConfig, next: SourceConfig): boolean {
  return JSON.stringify(addressesOf(former)) === JSON.stringify(addressesOf(next));
}

function addressesOf(source: SourceConfig): readonly string[] {
  switch (source.type) {
    case "okta":
    case "onelogin":
    case "jumpcloud":
    case "scim":
      return [source.type, source.baseUrl];
    case "entra":
      return [source.type, source.graphBaseUrl, source.loginBaseUrl];
    case "google":
      return [source.type, source.apiBaseUrl, source.tokenUrl];
  }
}

function readOrigin(name: string, text: string, options: SafeUrlOptions): string {
  const address = readAddress(name, text, options);
  const { origin } = new URL(address);
  if (address === origin) return origin;
  throw unfitMember(["source", name], `give the address without a path, such as ${origin}`);
}

/** An address without the slashes at its end, to which paths are added. */
function readAddress(name: string, text: string, options: SafeUrlOptions): string {
  const url = safeUrl(name, text, options);
  if (url.href.includes("?")) throw unfitMember(["source", name], "leave out the query");
  return withoutTrailing(url.href, "/");
}

function safeUrl(name: string, text: string, options: SafeUrlOptions): URL {
  try {
    return readSafeUrl(text.trim(), options);
  } catch (error) {
    if (error instanceof UnsafeUrl) throw unfitMember(["source", name], error.message);
    throw error;
  }
}

function parse<T>(schema: z.ZodType<T>, given: Readonly<Record<string, unknown>>): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5);
  const faults = issues.map(({ path, message }) => ({
    path: ["credentials", ...path],
    message,
  }));
  const sentences = faults.map(({ path, message }) => `${path.join(".")}: ${message}`);
  const errors = faults.map(({ path, message }) => ({
    pointer: pointerTo(path),
    detail: message,
  }));
  throw new Problem("invalidBody", sentences.join("; "), {}, errors);
}
