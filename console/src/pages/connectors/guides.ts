/** A field on a provider's screen, under the provider's own name, and what belongs in it. */
export interface Field {
  readonly label: string;
  readonly value: "url" | "token" | "bearer" | { readonly text: string };
  readonly note?: string;
}

/** The way through a provider's screens, in their order. */
export interface Guide {
  /** Where the fields are found, step by step. */
  readonly before: readonly string[];
  readonly fields: readonly Field[];
  /** What is done with the fields filled. */
  readonly after: readonly string[];
}

const ANY: Guide = {
  before: ["Open the SCIM or provisioning settings of the application at your provider."],
  fields: [
    { label: "SCIM base URL", value: "url" },
    { label: "Bearer token", value: "token", note: "Without the word Bearer." },
  ],
  after: ["Test the connection there, then assign one person."],
};

const GUIDES: ReadonlyMap<string, Guide> = new Map([
  [
    "okta",
    {
      before: [
        "In the Okta Admin Console: Applications, Browse App Catalog, SCIM 2.0 Test App (Header Auth), Add Integration. Or take your own app with SCIM provisioning switched on.",
        "On the Provisioning tab: Configure API Integration, Enable API integration.",
      ],
      fields: [
        { label: "Base URL", value: "url", note: "In your own app: SCIM connector base URL." },
        {
          label: "Unique identifier field for users",
          value: { text: "userName" },
          note: "Your own app asks for it; the test apps do not.",
        },
        {
          label: "API Token",
          value: "bearer",
          note: "In your own app, under HTTP Header, and in the OAuth Bearer Token app: without the word Bearer.",
        },
      ],
      after: [
        "Test API Credentials, then Save.",
        "To App, Edit: Create Users, Update User Attributes, Deactivate Users. Leave Sync Password off.",
        "On the Assignments tab assign one person.",
      ],
    },
  ],
  [
    "entra",
    {
      before: [
        "In the Entra admin centre: Enterprise applications, New application, Create your own application, Integrate any other application you don't find in the gallery.",
        "Open the app, Provisioning, and start a configuration (older pages: mode Automatic).",
      ],
      fields: [
        { label: "Tenant URL", value: "url" },
        { label: "Secret Token", value: "token", note: "Without the word Bearer." },
      ],
      after: [
        "Test Connection, then Save.",
        "Provision on demand with one person shows within seconds whether all fits.",
      ],
    },
  ],
  [
    "google",
    {
      before: ["In the Admin console: Apps, Web and mobile apps, your app, Auto-provisioning."],
      fields: [
        { label: "Endpoint URL", value: "url" },
        { label: "Access token", value: "token", note: "Without the word Bearer." },
      ],
      after: [
        "Map the attributes. Google reads the schemas at this step.",
        "Limit the scope to one group with one person in it, then activate.",
      ],
    },
  ],
  [
    "onelogin",
    {
      before: [
        "Applications, Add App, SCIM Provisioner with SAML (SCIM v2 Enterprise), Save.",
        "Open the Configuration tab.",
      ],
      fields: [
        { label: "SCIM Base URL", value: "url" },
        { label: "SCIM Bearer Token", value: "token", note: "Without the word Bearer." },
      ],
      after: ["Enable the API connection, Save, then switch provisioning on."],
    },
  ],
  [
    "jumpcloud",
    {
      before: ["SSO Applications, your custom application, Identity Management."],
      fields: [
        { label: "SCIM version", value: { text: "SCIM 2.0" } },
        { label: "Base URL", value: "url" },
        { label: "Token Key", value: "token", note: "Without the word Bearer." },
      ],
      after: [
        "Write an address of your domain that nobody uses as Test User Email.",
        "Test Connection, then Activate.",
      ],
    },
  ],
]);

/** The way through a provider's screens; one for any provider where it is not known. */
export function guideFor(preset: string | null): Guide {
  return (preset === null ? undefined : GUIDES.get(preset)) ?? ANY;
}
