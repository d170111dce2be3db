import { openGateway } from "#test/support/gateway.ts";
import { type HttpRow, refused, type World } from "./table.ts";

const OAUTH = { form: "oauth", headers: { "Cache-Control": "no-store" } } as const;

/** Section L: the token endpoint (RFC 6749 §5.2). */
export const OAUTH_ROWS: readonly HttpRow[] = [
  ...refused(400, "invalid_request", [
    [169, "no grant_type", asked(({ grant_type, ...others }) => ({ form: others })), OAUTH],
    [172, "the secret by Basic and in the body", asked(byBoth), OAUTH],
    [173, "an XML body", asked((form) => ({ form, type: "text/xml" })), OAUTH],
  ]),
  ...refused(400, "unsupported_grant_type", [
    [
      170,
      "the password grant",
      asked((form) => ({ form: { ...form, grant_type: "password" } })),
      OAUTH,
    ],
  ]),
  ...refused(401, "invalid_client", [
    [
      171,
      "a wrong secret",
      asked((form) => ({ form: { ...form, client_secret: "wrong" } })),
      OAUTH,
    ],
    [171, "an unknown client", asked((form) => ({ form: { ...form, client_id: "x" } })), OAUTH],
  ]),
  ...refused(405, "invalid_request", [
    [174, "GET", new Request(tokenUrl()), { form: "oauth", headers: { Allow: "POST" } }],
  ]),
  // A JSON body is read, and unknown scopes are ignored.
  {
    row: 173,
    what: "a JSON body",
    sent: asked((form) => ({ form, type: "application/json" })),
    status: 200,
    form: "oauth",
  },
  {
    row: 175,
    what: "an unknown scope",
    sent: asked((form) => ({ form: { ...form, scope: "everything" } })),
    status: 200,
    form: "oauth",
  },
];

/** The parameters of a good request. */
type Form = Readonly<Record<"grant_type" | "client_id" | "client_secret", string>>;

interface TokenCall {
  readonly form: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly authorization?: string;
}

const gateway = openGateway();

function tokenUrl(): string {
  return "https://scim.example.com/oauth/token";
}

/** What becomes of a good request of a client that exists. */
function asked(change: (form: Form) => TokenCall) {
  return async ({ client }: World): Promise<Request> => {
    const made = await gateway.admin(`/connectors/${client.id}/clients`, { body: {} });
    const { clientId: client_id, clientSecret: client_secret } = made.body;
    const grant_type = "client_credentials";
    const { form, type, authorization } = change({ grant_type, client_id, client_secret });
    const body =
      type === "application/json" ? JSON.stringify(form) : `${new URLSearchParams(form)}`;
    const headers = {
      "Content-Type": type ?? "application/x-www-form-urlencoded",
      ...(authorization !== undefined && { Authorization: authorization }),
    };
    return new Request(tokenUrl(), { method: "POST", headers, body });
  };
}

function byBoth(form: Form): TokenCall {
  return { form, authorization: `Basic ${btoa(`${form.client_id}:${form.client_secret}`)}` };
}
