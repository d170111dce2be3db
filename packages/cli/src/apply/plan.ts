import { callAdmin } from "../../../client/src/admin.ts";
import type { Gateway } from "../../../client/src/gateway.ts";
import { usageFailure } from "../failure.ts";
import { isObject, type JsonObject } from "../json.ts";
import { type Difference, differencesOf, lineOf, merged } from "./compare.ts";
import { type FoundConnector, type FoundWebhook, readConnector } from "./found.ts";
import type { WantedBridge, WantedConnector, WantedWebhook } from "./wanted.ts";

/** What is shown once when something is made. */
export interface NewSecret {
  readonly connector: string;
  readonly connectorId: string;
  readonly kind: "token" | "webhook";
  /** The URL of a webhook. */
  readonly url?: string;
  readonly secret: string;
}

/** What the caller chose. */
export interface PlanOptions {
  /** Whether what the file does not have goes. */
  readonly prune: boolean;
  /** What becomes of the users of a connector that goes. */
  readonly users: "keep" | "deactivate" | "delete";
  /** Whether credentials are sent to bridges that have some, which nobody can compare. */
  readonly sendsCredentials: boolean;
}

/** One change of the gateway. */
export interface Step {
  readonly kind: "create" | "change" | "delete";
  readonly lines: readonly string[];
  /** Whether it makes a secret, which is shown once. */
  readonly makesSecret: boolean;
  readonly carryOut: (
    gateway: Gateway,
    keepSecret: (secret: NewSecret) => Promise<void>,
  ) => Promise<void>;
}

/** What is to be done, and what stays though the file does not have it. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly kept: readonly string[];
}

/** Plans what brings a connector in line with the file. */
export function planConnector(
  wanted: WantedConnector,
  found: FoundConnector | undefined,
  options: PlanOptions,
): Plan {
  if (found === undefined) return { steps: [creation(wanted, options)], kept: [] };
  const parts = [
    planSettings(wanted, found),
    planAttributes(wanted, found, options),
    planBridge(wanted, found, options),
    planWebhooks(wanted, found, options),
  ];
  return { steps: parts.flatMap(({ steps }) => steps), kept: parts.flatMap(({ kept }) => kept) };
}

/** Plans the end of a connector that the file does not have. */
export function planEnd(name: string, id: string, { prune, users }: PlanOptions): Plan {
  if (!prune) return { steps: [], kept: [`connector "${name}"`] };
  const step: Step = {
    kind: "delete",
    makesSecret: false,
    lines: [`- connector "${name}" (its users: ${users})`],
    carryOut: async (gateway) => {
      await callAdmin(gateway, "DELETE", "/connectors/{id}", { path: { id }, query: { users } });
    },
  };
  return { steps: [step], kept: [] };
}

/** A new connector is made, and then brought in line as any other. */
function creation(wanted: WantedConnector, options: PlanOptions): Step {
  const { name, tenant, preset, status, settings, attributes = [], bridge, webhooks = [] } = wanted;
  const of = tenant === null ? "" : ` of tenant "${tenant}"`;
  const told = differencesOf(
    { ...(preset && { preset }), ...(status && { status }), settings },
    {
      status: "active",
      settings: {},
    },
  );
  return {
    kind: "create",
    makesSecret: true,
    lines: [
      `+ connector "${name}"${of}`,
      ...told.map((each) => `    ${lineOf(each)}`),
      ...attributes.map((each) => `  + attribute ${String(each.name)}`),
      ...(bridge ? [`  + bridge from ${sourceType(bridge.settings)}`] : []),
      ...webhooks.map(({ url }) => `  + webhook ${url}`),
    ],
    carryOut: async (gateway, keepSecret) => {
      // Asked for first: nothing is made where a secret of the bridge is missing.
      bridge?.credentials?.();
      const { body } = await callAdmin(gateway, "POST", "/connectors", {
        body: sent({
          name,
          ...(tenant !== null && { tenant }),
          ...(preset && { preset }),
          settings,
        }),
      });
      const { id } = body.connector;
      await keepSecret({
        connector: name,
        connectorId: id,
        kind: "token",
        secret: body.token.secret,
      });
      const { steps } = planConnector(wanted, await readConnector(gateway, id), options);
      for (const step of steps) await step.carryOut(gateway, keepSecret);
    },
  };
}

function planSettings(
  { name, preset, status, settings }: WantedConnector,
  found: FoundConnector,
): Plan {
  const { value, etag } = found.connector;
  if (preset !== undefined && preset !== value.preset) {
    throw usageFailure(
      `The preset of connector "${name}" is ${String(value.preset ?? "none")} and cannot become ${preset}.`,
    );
  }
  const differences = differencesOf({ ...(status && { status }), settings }, value);
  const step: Step = {
    kind: "change",
    makesSecret: false,
    lines: [`~ connector "${name}"`, ...differences.map((each) => `    ${lineOf(each)}`)],
    carryOut: async (gateway) => {
      await callAdmin(gateway, "PATCH", "/connectors/{id}", {
        path: { id: found.id },
        body: sent({ ...(status && { status }), settings }),
        ifMatch: etag ?? undefined,
      });
    },
  };
  return { steps: differences.length === 0 ? [] : [step], kept: [] };
}

function planAttributes(
  { name, attributes }: WantedConnector,
  found: FoundConnector,
  { prune }: PlanOptions,
): Plan {
  if (attributes === undefined) return NOTHING;
  const wanted = new Map(attributes.map((each) => [attributeKey(each), each]));
  const extra = found.attributes.filter((each) => !wanted.has(attributeKey(each)));
  const former = new Map(found.attributes.map((each) => [attributeKey(each), each]));
  const lines = attributes.flatMap((each) => {
    const there = former.get(attributeKey(each));
    if (there === undefined) return [`  + attribute ${String(each.name)}`];
    const differences = differencesOf(each, there, `attribute ${String(each.name)}`);
    return differences.map((difference) => `    ${lineOf(difference)}`);
  });
  const gone = prune ? extra.map((each) => `  - attribute ${String(each.name)}`) : [];
  const kept = prune ? [] : extra.map((each) => `attribute ${String(each.name)} of "${name}"`);
  if (lines.length + gone.length === 0) return { steps: [], kept };
  const step: Step = {
    kind: gone.length === 0 ? "change" : "delete",
    makesSecret: false,
    lines: [`~ attributes of connector "${name}"`, ...lines, ...gone],
    carryOut: async (gateway) => {
      await callAdmin(gateway, "PUT", "/connectors/{id}/attributes", {
        path: { id: found.id },
        body: sent({ attributes: [...(prune ? [] : extra), ...attributes] }),
      });
    },
  };
  return { steps: [step], kept };
}

function attributeKey({ resourceType = "User", schema = "", name }: JsonObject): string {
  return JSON.stringify([resourceType, schema, name]).toLowerCase();
}

function planBridge(
  { name, bridge }: WantedConnector,
  found: FoundConnector,
  options: PlanOptions,
): Plan {
  if (bridge === undefined) return NOTHING;
  if (bridge === null)
    return found.bridge === undefined ? NOTHING : bridgeEnd(name, found, options);
  if (found.bridge === undefined)
    return { steps: [bridgeWrite(name, found, bridge, [])], kept: [] };
  const differences = differencesOf(bridge.settings, found.bridge.value);
  const sendsCredentials = options.sendsCredentials && bridge.credentials !== undefined;
  if (differences.length === 0 && !sendsCredentials) return NOTHING;
  return { steps: [bridgeWrite(name, found, bridge, differences, sendsCredentials)], kept: [] };
}

/** A PUT of what is there with what is wanted laid over it; the gateway passes over read-only members. */
function bridgeWrite(
  name: string,
  { id, bridge: found }: FoundConnector,
  { settings, credentials }: WantedBridge,
  differences: readonly Difference[],
  isForced = false,
): Step {
  const value = found?.value ?? {};
  // Stored credentials are sent to no other address, so that a new source needs them again.
  const isNewSource = differences.some(({ path }) => /^source(?:\.|$)/.test(path));
  const sendsThem = found === undefined || isForced || isNewSource;
  // Another type has other members: none of the former may stay.
  const base = sourceType(settings) === sourceType(value) ? value : { ...value, source: undefined };
  return {
    kind: found === undefined ? "create" : "change",
    makesSecret: false,
    lines: [
      found === undefined
        ? `+ bridge of connector "${name}" from ${sourceType(settings)}`
        : `~ bridge of connector "${name}"`,
      ...differences.map((each) => `    ${lineOf(each)}`),
      ...(sendsThem && credentials ? ["    credentials: sent"] : []),
    ],
    carryOut: async (gateway) => {
      const body = {
        ...merged(settings, base),
        ...(sendsThem && credentials && { credentials: credentials() }),
      };
      await callAdmin(gateway, "PUT", "/connectors/{id}/bridge", {
        path: { id },
        body: sent(body),
        ...(found === undefined ? { ifNoneMatch: "*" } : { ifMatch: found.etag ?? undefined }),
      });
    },
  };
}

function bridgeEnd(name: string, found: FoundConnector, { prune }: PlanOptions): Plan {
  if (!prune) return { steps: [], kept: [`bridge of "${name}"`] };
  const step: Step = {
    kind: "delete",
    makesSecret: false,
    lines: [`- bridge of connector "${name}"`],
    carryOut: async (gateway) => {
      await callAdmin(gateway, "DELETE", "/connectors/{id}/bridge", {
        path: { id: found.id },
        ifMatch: found.bridge?.etag ?? undefined,
      });
    },
  };
  return { steps: [step], kept: [] };
}

function sourceType({ source }: JsonObject): string {
  return isObject(source) ? String(source.type) : "nowhere";
}

function planWebhooks(
  { name, webhooks }: WantedConnector,
  found: FoundConnector,
  { prune }: PlanOptions,
): Plan {
  if (webhooks === undefined) return NOTHING;
  const left = new Set(found.webhooks);
  const steps: Step[] = [];
  for (const webhook of webhooks) {
    const there = sameWebhook(webhook, [...left]);
    if (there === undefined) {
      steps.push(webhookCreation(name, found.id, webhook));
      continue;
    }
    left.delete(there);
    const differences = differencesOf({ ...webhook }, { ...there });
    if (differences.length > 0)
      steps.push(webhookChange(name, found.id, there, webhook, differences));
  }
  if (!prune) return { steps, kept: [...left].map(({ url }) => `webhook ${url} of "${name}"`) };
  return {
    steps: [...steps, ...[...left].map((each) => webhookEnd(name, found.id, each))],
    kept: [],
  };
}

/** A webhook is found by its name where the file gives one, and otherwise by its URL. */
function sameWebhook(
  { name, url }: WantedWebhook,
  found: readonly FoundWebhook[],
): FoundWebhook | undefined {
  const named = name === undefined ? undefined : found.find((each) => each.name === name);
  return named ?? found.find((each) => each.url === url);
}

function webhookCreation(
  connector: string,
  id: string,
  { status, ...webhook }: WantedWebhook,
): Step {
  return {
    kind: "create",
    makesSecret: true,
    lines: [`+ webhook ${webhook.url} of connector "${connector}"`],
    carryOut: async (gateway, keepSecret) => {
      const { body } = await callAdmin(gateway, "POST", "/connectors/{id}/webhooks", {
        path: { id },
        body: sent(webhook),
      });
      const { url, secret } = body;
      await keepSecret({ connector, connectorId: id, kind: "webhook", url, secret });
      if (status === undefined || status === body.status) return;
      await callAdmin(gateway, "PATCH", "/connectors/{id}/webhooks/{webhookId}", {
        path: { id, webhookId: body.id },
        body: sent({ status }),
      });
    },
  };
}

function webhookChange(
  connector: string,
  id: string,
  found: FoundWebhook,
  wanted: WantedWebhook,
  differences: readonly Difference[],
): Step {
  return {
    kind: "change",
    makesSecret: false,
    lines: [
      `~ webhook ${found.url} of connector "${connector}"`,
      ...differences.map((each) => `    ${lineOf(each)}`),
    ],
    carryOut: async (gateway) => {
      await callAdmin(gateway, "PATCH", "/connectors/{id}/webhooks/{webhookId}", {
        path: { id, webhookId: found.id },
        body: sent(wanted),
      });
    },
  };
}

function webhookEnd(connector: string, id: string, { id: webhookId, url }: FoundWebhook): Step {
  return {
    kind: "delete",
    makesSecret: false,
    lines: [`- webhook ${url} of connector "${connector}"`],
    carryOut: async (gateway) => {
      await callAdmin(gateway, "DELETE", "/connectors/{id}/webhooks/{webhookId}", {
        path: { id, webhookId },
      });
    },
  };
}

const NOTHING: Plan = { steps: [], kept: [] };

/** A body out of the file: the gateway checks it, and says by a pointer what does not fit. */
function sent<Body>(body: object): NonNullable<Body> {
  // The file is the caller's; what it holds is known to the gateway alone.
  return body as NonNullable<Body>;
}
