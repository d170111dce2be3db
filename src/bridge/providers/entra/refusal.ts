import { isJsonObject, readMember } from "#scim/json.ts";
import { inTrouble, isOfRequest, type RefusedExchange, throttled } from "../../source/http/http.ts";
import { readRetryAfter } from "../../source/http/retry-after.ts";
import { cursorExpired, deltaExpired } from "../../source/pages/paging.ts";
import { readText } from "../../source/pages/records.ts";
import { SourceError, type SourceFailure } from "../../source/source.ts";

/** What Graph's refusals mean, whatever was asked for. */
export function explainGraph(refusal: RefusedExchange): SourceError | undefined {
  const code = readGraphCode(refusal);
  if (THROTTLING.has(code.toLowerCase())) {
    return throttled("Microsoft Graph", readRetryAfter(refusal.headers, refusal.now));
  }
  if (TRANSIENT.has(code.toLowerCase())) return inTrouble("Microsoft Graph", code);
  switch (refusal.status) {
    case 401:
      return new SourceError(
        { kind: "unauthorized" },
        "Microsoft Graph refuses the bridge's token. Check that the Graph address and the login address belong to the same cloud, and that the app registration still exists.",
      );
    case 403:
      return new SourceError(
        { kind: "forbidden" },
        `Microsoft Graph does not let the app read this${shown(code)}. Give it the application permissions User.Read.All and, for groups, GroupMember.Read.All, and grant admin consent.`,
      );
    case 404:
      return NOT_FOUND.has(code) ? undefined : noSuchPath();
  }
  return undefined;
}

/**
 * What a refusal means to a delta page: the sync state of `since` or of a run's cursor is gone. The status
 * is documented as 410, but other 4xx come as well; only those that are about the caller or the pace are not.
 */
export function explainSyncState(
  refusal: RefusedExchange,
  since: string | undefined,
  cursor: string | undefined,
): SourceError | undefined {
  const code = readGraphCode(refusal).toLowerCase();
  if (THROTTLING.has(code) || TRANSIENT.has(code)) return undefined;
  if (!SYNC_STATE_GONE.has(code) && !isOfRequest(refusal.status)) return undefined;
  if (since !== undefined) return deltaExpired("Microsoft Graph");
  return cursor === undefined ? undefined : cursorExpired("Microsoft Graph");
}

/** What a refusal of the token endpoint means, by its AADSTS number. */
export function explainEntraToken({ body }: RefusedExchange): SourceError | undefined {
  const numbers = readNumbers(body);
  const passing = numbers.find((number) => PASSING_NUMBERS.has(number));
  if (passing !== undefined) return inTrouble("Entra ID", passing);
  const code = numbers[0];
  const known = code === undefined ? undefined : TOKEN_REFUSALS.get(code);
  if (code === undefined || known === undefined) return unknownTokenRefusal(code);
  return new SourceError(known.failure, `${known.cause} (${code}). ${known.nextStep}`);
}

/** Whether Graph says that it has no such user or group. */
export function isGoneAtGraph(refusal: RefusedExchange): boolean {
  return refusal.status === 404 && NOT_FOUND.has(readGraphCode(refusal));
}

/** Codes that pass, at whatever status they come. */
const THROTTLING: ReadonlySet<string> = new Set([
  "toomanyrequests",
  "activitylimitreached",
  "request_throttledtemporarily",
]);
const TRANSIENT: ReadonlySet<string> = new Set([
  "servicenotavailable",
  "serviceunavailable",
  "service_internalservererror",
  "internalservererror",
  "generalexception",
  "timeout",
  "directory_concurrencyviolation",
]);

/** What Graph calls a directory object that is not there. */
const NOT_FOUND: ReadonlySet<string> = new Set(["Request_ResourceNotFound", "ResourceNotFound"]);

const SYNC_STATE_GONE: ReadonlySet<string> = new Set([
  "syncstatenotfound",
  "syncstateinvalid",
  "resyncrequired",
]);

interface TokenRefusal {
  readonly failure: SourceFailure;
  readonly cause: string;
  readonly nextStep: string;
}

const UNAUTHORIZED: SourceFailure = { kind: "unauthorized" };

const TOKEN_REFUSALS: ReadonlyMap<string, TokenRefusal> = new Map([
  [
    "AADSTS7000215",
    {
      failure: UNAUTHORIZED,
      cause: "The client secret is wrong",
      nextStep:
        "Enter the value of a client secret of the app registration; its Secret ID is something else.",
    },
  ],
  [
    "AADSTS7000222",
    {
      failure: UNAUTHORIZED,
      cause: "The client secret has expired",
      nextStep: "Make a new client secret at the app registration and enter its value.",
    },
  ],
  [
    "AADSTS700016",
    {
      failure: UNAUTHORIZED,
      cause: "The tenant has no app with this client ID",
      nextStep: "Check the client ID and the tenant ID, and that the app is in this tenant.",
    },
  ],
  [
    "AADSTS90002",
    {
      failure: UNAUTHORIZED,
      cause: "There is no such tenant",
      nextStep: "Check the tenant ID, and that the login address is that of the tenant's cloud.",
    },
  ],
  [
    "AADSTS900023",
    {
      failure: UNAUTHORIZED,
      cause: "The tenant ID is neither an id nor a domain",
      nextStep: "Enter the tenant ID that the Entra overview shows.",
    },
  ],
  [
    "AADSTS7000112",
    {
      failure: UNAUTHORIZED,
      cause: "The app is disabled",
      nextStep: "Enable it in the enterprise applications of the tenant.",
    },
  ],
  [
    "AADSTS500011",
    {
      failure: UNAUTHORIZED,
      cause: "The tenant does not know the Graph address",
      nextStep: "Check that the Graph address is that of the tenant's cloud.",
    },
  ],
  [
    "AADSTS53003",
    {
      failure: { kind: "forbidden" },
      cause: "A Conditional Access policy keeps the app out",
      nextStep: "Leave the app out of the policy for workload identities.",
    },
  ],
]);

/**
 * What passes: an issue of the sign-in service, an outer service and a time limit that it met, a budget
 * that is used up, a transient error, too many requests, and the loop that it takes those for.
 */
const PASSING_NUMBERS: ReadonlySet<string> = new Set([
  "AADSTS50000",
  "AADSTS50196",
  "AADSTS90006",
  "AADSTS90012",
  "AADSTS90024",
  "AADSTS90025",
  "AADSTS90033",
  "AADSTS90055",
]);

/** The number that the description begins with, and those of error_codes. */
function readNumbers(body: RefusedExchange["body"]): readonly string[] {
  if (!isJsonObject(body)) return [];
  const described = /^AADSTS\d{4,9}(?!\d)/.exec(readText(body, "error_description") ?? "")?.[0];
  const codes = readMember(body, "error_codes");
  const listed = Array.isArray(codes) ? codes.filter((each) => Number.isSafeInteger(each)) : [];
  return [
    ...(described === undefined ? [] : [described]),
    ...listed.map((each) => `AADSTS${each}`),
  ];
}

function unknownTokenRefusal(code: string | undefined): SourceError | undefined {
  if (code === undefined) return undefined;
  return new SourceError(
    UNAUTHORIZED,
    `Entra ID gives the app no access token (${code}). Look the number up at login.microsoftonline.com/error, and check the tenant ID, the client ID and the client secret.`,
  );
}

function noSuchPath(): SourceError {
  return new SourceError(
    { kind: "malformed" },
    "This address is not Microsoft Graph. Enter https://graph.microsoft.com, or the Graph address of the tenant's own cloud.",
  );
}

function readGraphCode({ body }: RefusedExchange): string {
  const error = isJsonObject(body) ? readMember(body, "error") : undefined;
  const code = isJsonObject(error) ? (readText(error, "code") ?? "") : "";
  return /^[\w.-]{1,64}$/.test(code) ? code : "";
}

function shown(code: string | undefined): string {
  return code === undefined || code === "" ? "" : ` (${code})`;
}
