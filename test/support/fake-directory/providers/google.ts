import { jwtVerify } from "jose";
import {
  type Directory,
  isLive,
  type Page,
  personByKey,
} from "#test/support/fake-directory/directory.ts";
import {
  type Call,
  encodeCursor,
  type Face,
  type FaceOptions,
  json,
  pageOf,
  type RefusalStatus,
  readNumber,
  readPage,
  readPosition,
} from "#test/support/fake-directory/face.ts";
import type { Person } from "#test/support/fake-directory/person.ts";
import { type ServiceKey, serviceKey } from "#test/support/fake-directory/service-key.ts";
import {
  createTokens,
  readAuthorization,
  type Tokens,
} from "#test/support/fake-directory/tokens.ts";
import {
  CUSTOMER_ID,
  GOOGLE_USERS,
  groupByKey,
  groupRecord,
  membersOf,
  userRecord,
} from "./google-record.ts";

const ADMIN_EMAIL = "admin@example.com";
const CLIENT_EMAIL = "bridge@fake-project.iam.gserviceaccount.com";
const SCOPE = "https://www.googleapis.com/auth/admin.directory";
const USERS_LIMIT = { usual: 100, max: 500 };
const GROUPS_LIMIT = { usual: 200, max: 200 };

/** A directory in Google's Directory API. */
export async function createGoogleFace({ directory }: FaceOptions): Promise<Face> {
  const key = await serviceKey();
  const tokens = createTokens();
  return {
    source: (origin) => ({
      type: "google",
      adminEmail: ADMIN_EMAIL,
      customer: "my_customer",
      apiBaseUrl: origin,
      tokenUrl: `${origin}/token`,
    }),
    credentials: { kind: "google", clientEmail: CLIENT_EMAIL, privateKey: key.privateKeyPem },
    handle: (call) => handle(directory, tokens, key, call),
    refuse,
    revokeTokens: tokens.revokeAll,
  };
}

const PATH = /^\/admin\/directory\/v1\/(users|groups)(?:\/([^/]+))?(?:\/(members))?$/;

function handle(
  directory: Directory,
  tokens: Tokens,
  key: ServiceKey,
  call: Call,
): Promise<Response> | Response {
  if (call.path === "/token") return giveToken(tokens, key, call);
  const token = tokens.check(readAuthorization(call.request, "Bearer") ?? "", call.now);
  if (token === undefined) return refuse(401);
  const [, kind, id, sub] = PATH.exec(call.path) ?? [];
  const scope = `${SCOPE}.${kind === "users" ? "user" : sub === undefined ? "group" : "group.member"}`;
  if (!token.scopes.some((each) => each === scope || each === `${scope}.readonly`)) {
    return failure(
      403,
      "Request had insufficient authentication scopes.",
      "insufficientPermissions",
    );
  }
  if (kind === "users") return answerUsers(directory, call, id);
  return kind === "groups" ? answerGroups(directory, call, id, sub) : notFound(call.path);
}

async function giveToken(tokens: Tokens, key: ServiceKey, call: Call): Promise<Response> {
  const form = new URLSearchParams(await call.request.text());
  if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") {
    return tokenError("unsupported_grant_type", "Invalid grant_type.");
  }
  const claims = await readAssertion(call, form.get("assertion") ?? "", key);
  if (claims === undefined) return tokenError("invalid_grant", "Invalid JWT Signature.");
  if (claims.sub !== ADMIN_EMAIL) return tokenError("invalid_grant", "Invalid email or User ID");
  const scopes = claims.scope.split(" ");
  if (!scopes.every((scope) => scope.startsWith(SCOPE) && !scope.includes("userschema"))) {
    const text = "Client is unauthorized to retrieve access tokens using this method.";
    return tokenError("unauthorized_client", text, 401);
  }
  const value = tokens.give({ expiresAt: call.now + 3_599_000, scopes });
  return json({ access_token: value, expires_in: 3_599, token_type: "Bearer" });
}

async function readAssertion(call: Call, assertion: string, key: ServiceKey) {
  try {
    const { payload } = await jwtVerify(assertion, key.publicKey, {
      issuer: CLIENT_EMAIL,
      audience: [`${call.url.origin}/token`, "https://oauth2.googleapis.com/token"],
      algorithms: ["RS256"],
      currentDate: new Date(call.now),
      maxTokenAge: "1h",
    });
    return { sub: payload.sub, scope: String(payload.scope) };
  } catch {
    return undefined;
  }
}

function answerUsers(directory: Directory, call: Call, id: string | undefined): Response {
  if (id === undefined) return listUsers(directory, call);
  const key = decodeURIComponent(id);
  const person = personByKey(directory, key, GOOGLE_USERS.ordinal);
  if (person === undefined || !isLive(person)) return notFound("userKey");
  return json(userRecord(directory, person));
}

function listUsers(directory: Directory, call: Call): Response {
  const { query } = call;
  if (!query.has("customer") && !query.has("domain")) return badRequest("Bad Request");
  if (!isCustomer(query.get("customer"))) return badRequest("Invalid Input: customer");
  const isDeleted = query.get("showDeleted") === "true";
  const keep = (person: Person) => (isDeleted ? person.removed === "soft" : isLive(person));
  return listAnswer(call, "users", USERS_LIMIT, (from, limit) => {
    const page = directory.walk({ from, limit, keep });
    return { items: page.items.map((person) => userRecord(directory, person)), next: page.next };
  });
}

function answerGroups(
  directory: Directory,
  call: Call,
  id: string | undefined,
  sub: string | undefined,
): Response {
  if (id === undefined) {
    if (!isCustomer(call.query.get("customer"))) return badRequest("Invalid Input: customer");
    const groups = directory.groups().map(groupRecord);
    return listAnswer(call, "groups", GROUPS_LIMIT, (from, limit) => pageOf(groups, from, limit));
  }
  const group = groupByKey(directory, decodeURIComponent(id));
  if (group === undefined) return notFound("groupKey");
  if (sub === undefined) return json(groupRecord(group));
  const members = membersOf(
    directory,
    group,
    call.query.get("includeDerivedMembership") === "true",
  );
  return listAnswer(call, "members", GROUPS_LIMIT, (from, limit) => pageOf(members, from, limit));
}

function isCustomer(customer: string | null): boolean {
  return customer === null || customer === "my_customer" || customer === CUSTOMER_ID;
}

function listAnswer(
  call: Call,
  name: "users" | "groups" | "members",
  limits: { readonly usual: number; readonly max: number },
  read: (from: number, limit: number) => Page<Record<string, unknown>>,
): Response {
  const { query } = call;
  const limit = query.has("maxResults") ? readNumber(query, "maxResults") : limits.usual;
  const from = readPosition(query.get("pageToken"));
  if (limit === undefined || limit < 1 || limit > limits.max)
    return badRequest("Invalid maxResults");
  if (from === undefined) return badRequest("Invalid Input: pageToken");
  const page = readPage(call, from, (position) => read(position, limit));
  const answer = {
    kind: `admin#directory#${name}`,
    etag: '"fake"',
    // An empty page has no list at all.
    ...(page.items.length === 0 ? {} : { [name]: page.items }),
    ...(page.next === undefined ? {} : { nextPageToken: encodeCursor(page.next) }),
  };
  return json(project(answer, query.get("fields"), name));
}

/** `fields=nextPageToken,users(id,name/givenName)` keeps these members alone, as far as the first level. */
function project(
  answer: Readonly<Record<string, unknown>>,
  fields: string | null,
  name: string,
): unknown {
  if (fields === null) return answer;
  const inner = new RegExp(`${name}\\(([^)]*)\\)`).exec(fields)?.[1];
  const outer = new Set(fields.replace(/\([^)]*\)/g, "").split(","));
  const kept = Object.entries(answer).filter(([member]) => outer.has(member));
  if (inner === undefined) return Object.fromEntries(kept);
  const names = new Set(inner.split(",").map((each) => each.split("/")[0]));
  const narrow = (record: object) =>
    Object.fromEntries(Object.entries(record).filter(([member]) => names.has(member)));
  return Object.fromEntries(
    kept.map(([member, value]) => [
      member,
      member === name && Array.isArray(value) ? value.map(narrow) : value,
    ]),
  );
}

function refuse(status: RefusalStatus): Response {
  switch (status) {
    case 401:
      return failure(401, "Request had invalid authentication credentials.", "authError");
    case 403:
      return failure(403, "Not Authorized to access this resource/api", "forbidden");
    case 429:
      return failure(429, "Quota exceeded for quota metric 'Queries'.", "rateLimitExceeded");
    case "quota":
      return failure(403, "User Rate Limit Exceeded", "userRateLimitExceeded", "usageLimits");
    case 500:
      return failure(500, "Internal error encountered.", "backendError");
    case 503:
      return failure(503, "The service is currently unavailable.", "backendError");
  }
}

function tokenError(error: string, description: string, status = 400): Response {
  return json({ error, error_description: description }, status);
}

function badRequest(message: string): Response {
  return failure(400, message, "invalid");
}

function notFound(what: string): Response {
  return failure(404, `Resource Not Found: ${what}`, "notFound");
}

function failure(code: number, message: string, reason: string, domain = "global"): Response {
  return json({ error: { code, message, errors: [{ message, domain, reason }] } }, code);
}
