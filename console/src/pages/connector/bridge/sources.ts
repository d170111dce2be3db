/** A field of a provider's source or credentials, as the set-up asks for it. */
export interface SourceField {
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly hint?: string;
  /** How it is asked for: secrets are never shown again, long ones have several lines. */
  readonly kind?: "secret" | "long secret";
  /** Whether the gateway has a value of its own for it. */
  readonly isOptional?: true;
}

/** A provider that the Bridge reads. */
export interface Source {
  readonly type: string;
  readonly label: string;
  readonly source: readonly SourceField[];
  readonly credentials: readonly SourceField[];
}

const OAUTH: readonly SourceField[] = [
  { name: "clientId", label: "Client id" },
  { name: "clientSecret", label: "Client secret", kind: "secret" },
];

/** The providers that the Bridge reads, with what each needs. */
export const SOURCES: readonly Source[] = [
  {
    type: "okta",
    label: "Okta",
    source: [{ name: "baseUrl", label: "Okta domain", placeholder: "https://acme.okta.com" }],
    credentials: [
      {
        name: "apiToken",
        label: "API token",
        kind: "secret",
        hint: "Security, API, Tokens; of an administrator who may read users and groups.",
      },
    ],
  },
  {
    type: "entra",
    label: "Microsoft Entra ID",
    source: [
      {
        name: "tenantId",
        label: "Directory (tenant) ID",
        hint: "On the app registration's overview.",
      },
    ],
    credentials: [
      { name: "clientId", label: "Application (client) ID" },
      { name: "clientSecret", label: "Client secret value", kind: "secret" },
    ],
  },
  {
    type: "google",
    label: "Google Workspace",
    source: [
      {
        name: "adminEmail",
        label: "Administrator's address",
        placeholder: "admin@example.com",
        hint: "The service account acts as this administrator, by domain-wide delegation.",
      },
      {
        name: "apiBaseUrl",
        label: "Directory API, if it is another one",
        placeholder: "https://admin.googleapis.com",
        isOptional: true,
      },
      {
        name: "tokenUrl",
        label: "Token address, if it is another one",
        placeholder: "https://oauth2.googleapis.com/token",
        isOptional: true,
      },
    ],
    credentials: [
      { name: "keyFile", label: "Key file of the service account (JSON)", kind: "long secret" },
    ],
  },
  {
    type: "onelogin",
    label: "OneLogin",
    source: [
      { name: "baseUrl", label: "OneLogin domain", placeholder: "https://acme.onelogin.com" },
    ],
    credentials: OAUTH,
  },
  {
    type: "jumpcloud",
    label: "JumpCloud",
    source: [],
    credentials: [{ name: "apiKey", label: "API key", kind: "secret" }],
  },
  {
    type: "scim",
    label: "SCIM server",
    source: [
      { name: "baseUrl", label: "SCIM base URL", placeholder: "https://idp.example.com/scim/v2" },
    ],
    credentials: [{ name: "token", label: "Bearer token", kind: "secret" }],
  },
];
