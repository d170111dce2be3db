import type { Schemas } from "../../api/client.ts";

/** Something that a person should look at, and on which page of the connector. */
export interface Concern {
  readonly title: string;
  readonly detail: string;
  readonly page: string;
  readonly isUrgent: boolean;
}

/** What is looked at of a connector itself. */
interface SeenConnector {
  readonly status: Schemas["Connector"]["status"];
  readonly settings: Pick<Schemas["ConnectorSettings"], "staged">;
}

interface Seen {
  /** How many wait for somebody's decision. */
  readonly held: number;
  readonly bridge: Schemas["Bridge"] | undefined;
  readonly tokens: readonly Schemas["Token"][];
  readonly webhooks: readonly Schemas["Webhook"][];
}

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
const URGENT_DAYS = 7;

/** What needs attention at a connector, the most urgent first. */
export function concernsOf(
  connector: SeenConnector,
  { held, bridge, tokens, webhooks }: Seen,
  now: number,
): readonly Concern[] {
  const concerns = [
    ...ofConnector(connector),
    ...ofHeld(held),
    ...(bridge === undefined ? [] : ofBridge(bridge)),
    ...ofTokens(tokens, now),
    ...ofWebhooks(webhooks),
  ];
  return concerns.toSorted((a, b) => Number(b.isUrgent) - Number(a.isUrgent));
}

function ofConnector({ status, settings }: SeenConnector): readonly Concern[] {
  if (status === "disabled") {
    const detail = "Every request of its provider is refused until it is enabled.";
    return [{ title: "This connector is disabled", detail, page: "settings", isUrgent: false }];
  }
  if (!settings.staged) return [];
  const detail = "What changes is recorded, but no webhook and no feed has it yet.";
  return [{ title: "This connector is staged", detail, page: "settings", isUrgent: false }];
}

function ofHeld(held: number): readonly Concern[] {
  if (held === 0) return [];
  const detail = "So many at once may be a mistake at the provider. Approve them or reject them.";
  return [{ title: `${held} switch-offs are held`, detail, page: "held", isUrgent: true }];
}

function ofBridge({ state, paused, lastRun }: Schemas["Bridge"]): readonly Concern[] {
  const concerns: Concern[] = [];
  if (state === "failed" || state === "disabled") {
    concerns.push({
      title: state === "disabled" ? "The Bridge gave up" : "The Bridge fails",
      detail: lastRun?.error ?? "Its last run did not succeed.",
      page: "bridge",
      isUrgent: true,
    });
  }
  if (paused) {
    const detail = "Nothing comes from the provider until it is resumed.";
    concerns.push({ title: "The Bridge is paused", detail, page: "bridge", isUrgent: false });
  }
  return concerns;
}

function ofTokens(tokens: readonly Schemas["Token"][], now: number): readonly Concern[] {
  return tokens.flatMap(({ hint, name, expiresAt, revokedAt }) => {
    if (expiresAt === null || revokedAt !== null) return [];
    const days = Math.floor((Date.parse(expiresAt) - now) / DAY_MS);
    if (days < 0 || days >= SOON_DAYS) return [];
    const title = `The token ${name ?? `${hint}…`} ends ${days === 0 ? "today" : `in ${days} days`}`;
    const detail = "Rotate it: both work until the provider has the new one.";
    return [{ title, detail, page: "credentials", isUrgent: days < URGENT_DAYS }];
  });
}

function ofWebhooks(webhooks: readonly Schemas["Webhook"][]): readonly Concern[] {
  return webhooks.flatMap(({ name, url, disabledReason }) => {
    if (disabledReason !== "failing" && disabledReason !== "gone") return [];
    const why = disabledReason === "gone" ? "its receiver answered 410" : "it failed for five days";
    const title = `The webhook ${name ?? url} was disabled`;
    return [{ title, detail: `It ended because ${why}.`, page: "webhooks", isUrgent: true }];
  });
}
