import type { Schemas } from "../../api/client.ts";

/** Something that a person should look at, and on which page of the connector. */
export interface Concern {
  readonly title: string;
  readonly detail: string;
  readonly page: string;
  readonly isUrgent: boolean;
  /** Whether it says no more than the connector's state does. */
  readonly isOfState?: boolean;
}

/** What is looked at of a connector itself: what was chosen for it, and its counts. */
type SeenConnector = Pick<
  Schemas["Connector"],
  "status" | "moving" | "held" | "bridge" | "webhooks" | "lastRequestAt" | "lastDay"
> & { readonly settings: Pick<Schemas["ConnectorSettings"], "staged"> };

/** What its pages know beside the counts. */
interface Seen {
  readonly bridge?: Pick<Schemas["Bridge"], "lastRun"> | undefined;
  readonly tokens?: readonly Schemas["Token"][];
  readonly webhooks?: readonly Schemas["Webhook"][];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SOON_DAYS = 30;
const URGENT_DAYS = 7;
/** A provider that asks for nothing for so long may have lost its token; those that push look around daily. */
const SILENT_DAYS = 7;
/** A bridge reads its provider several times an hour. */
const BRIDGE_LATE_HOURS = 24;
const WAITING_HOURS = 1;

/** What needs attention at a connector, the most urgent first. */
export function concernsOf(
  connector: SeenConnector,
  { bridge, tokens = [], webhooks }: Seen,
  now: number,
): readonly Concern[] {
  const concerns = [
    ...ofConnector(connector),
    ...ofHeld(connector.held),
    ...ofBridge(connector.bridge, bridge?.lastRun?.error ?? undefined, now),
    ...ofSilence(connector, now),
    ...ofFaults(connector.lastDay),
    ...ofTokens(tokens, now),
    ...ofDeliveries(connector.webhooks, now),
    ...(webhooks === undefined ? ofDisabled(connector.webhooks.disabled) : ofWebhooks(webhooks)),
  ];
  return concerns.toSorted((a, b) => Number(b.isUrgent) - Number(a.isUrgent));
}

function ofConnector({ status, settings, moving }: SeenConnector): readonly Concern[] {
  const of = { page: "settings", isUrgent: false } as const;
  if (moving !== undefined) {
    const detail = `It goes to ${moving.tenant ?? "no tenant"} once each user was told of. Until then nothing writes to it.`;
    return [{ ...of, title: "This connector is moving", detail }];
  }
  if (status === "disabled") {
    const detail = "Every request of its provider is refused until it is enabled.";
    return [{ ...of, title: "This connector is disabled", detail, isOfState: true }];
  }
  if (!settings.staged) return [];
  const detail = "What changes is recorded, but no webhook and no feed has it yet.";
  return [{ ...of, title: "This connector is staged", detail, isOfState: true }];
}

function ofHeld(held: number): readonly Concern[] {
  if (held === 0) return [];
  const detail = "So many at once may be a mistake at the provider. Approve them or reject them.";
  const title = held === 1 ? "1 switch-off is held" : `${held} switch-offs are held`;
  return [{ title, detail, page: "held", isUrgent: true }];
}

function ofBridge(
  bridge: SeenConnector["bridge"],
  error: string | undefined,
  now: number,
): readonly Concern[] {
  if (bridge === null) return [];
  const { state, paused, consecutiveFailures, lastSucceededAt } = bridge;
  if (state === "failed" || state === "disabled") {
    const runs =
      consecutiveFailures === 1 ? "Its last run" : `Its last ${consecutiveFailures} runs`;
    const title = state === "disabled" ? "The Bridge gave up" : "The Bridge fails";
    return [{ title, detail: error ?? `${runs} did not succeed.`, page: "bridge", isUrgent: true }];
  }
  if (paused) {
    const detail = "Nothing comes from the provider until it is resumed.";
    return [{ title: "The Bridge is paused", detail, page: "bridge", isUrgent: false }];
  }
  if (lastSucceededAt === null || now - Date.parse(lastSucceededAt) < BRIDGE_LATE_HOURS * HOUR_MS) {
    return [];
  }
  const detail = "No run has succeeded for a day.";
  return [{ title: "The Bridge is late", detail, page: "bridge", isUrgent: true }];
}

/** A provider that pushed once and does so no more. */
function ofSilence(
  { status, bridge, lastRequestAt }: SeenConnector,
  now: number,
): readonly Concern[] {
  if (status === "disabled" || bridge !== null || lastRequestAt === null) return [];
  const days = Math.floor((now - Date.parse(lastRequestAt)) / DAY_MS);
  if (days < SILENT_DAYS) return [];
  const title = `The provider has been silent for ${days} days`;
  const detail = "Look there whether provisioning is on, and whether its token is the right one.";
  return [{ title, detail, page: "log", isUrgent: false }];
}

function ofFaults({ requests }: SeenConnector["lastDay"]): readonly Concern[] {
  const faults = requests["5xx"];
  if (faults === 0) return [];
  const title = faults === 1 ? "1 request met a fault" : `${faults} requests met a fault`;
  const detail = "The gateway could not answer them; a provider sends them again.";
  return [{ title, detail, page: "log?status=5xx", isUrgent: false }];
}

function ofDeliveries(
  { waiting, waitingSince }: SeenConnector["webhooks"],
  now: number,
): readonly Concern[] {
  if (waitingSince === null || now - Date.parse(waitingSince) < WAITING_HOURS * HOUR_MS) return [];
  const title = waiting === 1 ? "1 delivery waits" : `${waiting} deliveries wait`;
  const detail = "The receiver does not take what is sent. It is tried again for five days.";
  return [{ title, detail, page: "webhooks", isUrgent: true }];
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

/** Where the webhooks themselves were not read, and so nobody knows by whom they were disabled. */
function ofDisabled(disabled: number): readonly Concern[] {
  if (disabled === 0) return [];
  const title = disabled === 1 ? "1 webhook is off" : `${disabled} webhooks are off`;
  const detail = "Somebody disabled it, or its receiver took nothing any more.";
  return [{ title, detail, page: "webhooks", isUrgent: false }];
}

function ofWebhooks(webhooks: readonly Schemas["Webhook"][]): readonly Concern[] {
  return webhooks.flatMap(({ name, url, disabledReason }) => {
    if (disabledReason !== "failing" && disabledReason !== "gone") return [];
    const why = disabledReason === "gone" ? "its receiver answered 410" : "it failed for five days";
    const title = `The webhook ${name ?? url} was disabled`;
    return [{ title, detail: `It ended because ${why}.`, page: "webhooks", isUrgent: true }];
  });
}
