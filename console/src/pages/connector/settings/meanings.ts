import type { Schemas } from "../../../api/client.ts";

type Settings = Schemas["ConnectorSettings"];

/** A setting that is on or off. */
export interface SwitchMeaning {
  readonly kind: "switch";
  readonly name: keyof Settings;
  readonly label: string;
  readonly meaning: string;
}

/** A setting with a few values. */
export interface ChoiceMeaning {
  readonly kind: "choice";
  readonly name: keyof Settings;
  readonly label: string;
  readonly meaning: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

/** A setting that is a number. */
export interface NumberMeaning {
  readonly kind: "number";
  readonly name: keyof Settings;
  readonly label: string;
  readonly meaning: string;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

/** A setting that is a list of words. */
export interface ListMeaning {
  readonly kind: "list";
  readonly name: keyof Settings;
  readonly label: string;
  readonly meaning: string;
  readonly placeholder: string;
}

/** A setting that is a text. */
export interface TextMeaning {
  readonly kind: "text";
  readonly name: keyof Settings;
  readonly label: string;
  readonly meaning: string;
  readonly placeholder: string;
  readonly maxLength: number;
}

/** What each setting means to whoever chooses it, in the order in which they are read. */
export const MEANINGS: readonly (
  | SwitchMeaning
  | ChoiceMeaning
  | NumberMeaning
  | ListMeaning
  | TextMeaning
)[] = [
  {
    kind: "choice",
    name: "deletion",
    label: "When the provider deletes a user",
    meaning: "A deleted group is always erased.",
    choices: [
      { value: "soft", label: "keep it for a restore" },
      { value: "deactivate", label: "switch it off" },
      { value: "hard", label: "erase it at once" },
    ],
  },
  {
    kind: "number",
    name: "retentionDays",
    label: "Deleted users can be restored for",
    meaning: "Then they are erased.",
    min: 1,
    max: 3_650,
    unit: "days",
  },
  {
    kind: "choice",
    name: "reprovision",
    label: "When an inactive user is created again",
    meaning: "Restoring gives the person the same account back.",
    choices: [
      { value: "restore", label: "restore the user" },
      { value: "conflict", label: "refuse it" },
    ],
  },
  {
    kind: "choice",
    name: "unknownMembers",
    label: "When a group names somebody who is not here yet",
    meaning: "A member that waits joins when its user arrives, within 30 days.",
    choices: [
      { value: "park", label: "let the member wait" },
      { value: "reject", label: "refuse the request" },
    ],
  },
  {
    kind: "choice",
    name: "unknownExtensions",
    label: "Attributes of extensions that nobody declared",
    meaning: "Declare them under Attributes to have them checked.",
    choices: [
      { value: "keep", label: "keep as they came" },
      { value: "drop", label: "leave out, with a warning" },
    ],
  },
  {
    kind: "choice",
    name: "userNameFrom",
    label: "A user without a userName",
    meaning: "For providers whose mapping has none.",
    choices: [
      { value: "none", label: "is refused" },
      { value: "externalId", label: "gets the external id as userName" },
      { value: "email", label: "gets the e-mail address as userName" },
    ],
  },
  {
    kind: "list",
    name: "allowedDomains",
    label: "Domains that users may be of",
    meaning:
      "Users of any other are refused; those who are here can only be switched off. List each sub-domain. Empty: any.",
    placeholder: "example.com",
  },
  {
    kind: "list",
    name: "createOnly",
    label: "Attributes that are kept as they were created",
    meaning: "Later writes of the provider do not change them.",
    placeholder: "title",
  },
  {
    kind: "text",
    name: "groupNamePrefix",
    label: "What stands before the names of groups",
    meaning:
      "Applications see it, the provider does not. Set it before the application follows; afterwards it has to read the groups again.",
    placeholder: "acme-",
    maxLength: 50,
  },
  {
    kind: "switch",
    name: "strict",
    label: "Strict",
    meaning: "Give the RFC's answer where the lenient one differs.",
  },
  {
    kind: "switch",
    name: "uniqueExternalId",
    label: "One user for each external id",
    meaning: "A second live user with the same one is refused.",
  },
  {
    kind: "switch",
    name: "allowDuplicateGroupNames",
    label: "Groups may share a name",
    meaning: "Otherwise the second one is refused.",
  },
  {
    kind: "switch",
    name: "advertisePagination",
    label: "Say that cursors and security events are known",
    meaning: "Switch it off for clients that trip over it in ServiceProviderConfig.",
  },
  {
    kind: "choice",
    name: "rateLimit",
    label: "Requests in ten seconds",
    meaning: "Entra needs at least the standard.",
    choices: [
      { value: "low", label: "100" },
      { value: "standard", label: "1,000" },
      { value: "high", label: "10,000" },
    ],
  },
  {
    kind: "number",
    name: "eventRetentionDays",
    label: "The event log is kept for",
    meaning: "Then its rows are deleted.",
    min: 1,
    max: 400,
    unit: "days",
  },
  {
    kind: "choice",
    name: "logReads",
    label: "Reads in the event log",
    meaning: "Writes are always in it.",
    choices: [
      { value: "all", label: "all of them" },
      { value: "refused", label: "refused ones alone" },
    ],
  },
  {
    kind: "switch",
    name: "maskPersonalData",
    label: "Keep personal data out of the event log",
    meaning: "Names, addresses and bodies are left out of new rows.",
  },
];
