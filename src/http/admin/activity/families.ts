import { LATENCY_BUCKETS } from "#store/activity/count.ts";
import type { Measured, MeasuredConnector } from "#store/activity/metrics.ts";
import type { MetricFamily, Sample } from "./open-metrics.ts";

/** The states of a bridge, of which one holds. */
const STATES = ["pending", "syncing", "active", "failed", "disabled"] as const;

/** The metrics of what was measured, at a moment. */
export function metricFamilies(measured: Measured, now: number): readonly MetricFamily[] {
  const { connectors } = measured;
  const bridges = connectors.filter(({ bridgeState }) => bridgeState !== null);
  return [
    {
      name: "scim_edge_connector",
      type: "info",
      help: "A connector, to join its name and tenant to its other metrics.",
      samples: connectors.map(({ id, name, tenant }) => ({
        suffix: "_info",
        labels: { connector: id, name, tenant: tenant ?? "" },
        value: 1,
      })),
    },
    {
      name: "scim_edge_requests",
      type: "counter",
      help: "Requests that the event log has, by the class of their status.",
      samples: connectors.flatMap((each) => classSamples(each, "requests")),
    },
    {
      name: "scim_edge_refusals",
      type: "counter",
      help: "Requests of callers who were not let in, by the class of their status.",
      samples: connectors.flatMap((each) => classSamples(each, "refusals")),
    },
    latencyFamily(measured),
    {
      name: "scim_edge_bridge_state",
      type: "stateset",
      help: "The state of a bridge.",
      samples: bridges.flatMap(({ id, bridgeState }) =>
        STATES.map((state) => ({
          labels: { connector: id, scim_edge_bridge_state: state },
          value: state === bridgeState ? 1 : 0,
        })),
      ),
    },
    {
      name: "scim_edge_bridge_paused",
      type: "gauge",
      help: "Whether an administrator lets a bridge rest.",
      samples: bridges.map(({ id, isPaused }) => ({
        labels: { connector: id },
        value: isPaused ?? 0,
      })),
    },
    {
      name: "scim_edge_bridge_last_success_age_seconds",
      type: "gauge",
      unit: "seconds",
      help: "How long ago a bridge's last run that succeeded ended; left out where none did.",
      samples: bridges.flatMap(({ id, lastSucceededAt }) =>
        lastSucceededAt === null
          ? []
          : [{ labels: { connector: id }, value: ageSeconds(lastSucceededAt, now) }],
      ),
    },
    {
      name: "scim_edge_held",
      type: "gauge",
      help: "Switch-offs that are held back and wait for an administrator.",
      samples: connectors.map(({ id, held }) => ({ labels: { connector: id }, value: held })),
    },
    ...webhookFamilies(measured, now),
    {
      name: "scim_edge_database_size_bytes",
      type: "gauge",
      unit: "bytes",
      help: "The size of the database.",
      samples: measured.databaseBytes === undefined ? [] : [{ value: measured.databaseBytes }],
    },
  ];
}

/** A connector without any request has none. */
function classSamples(
  connector: MeasuredConnector,
  kind: "requests" | "refusals",
): readonly Sample[] {
  const { id, requests2xx, requests3xx, requests4xx, requests5xx } = connector;
  const { refusals4xx, refusals5xx } = connector;
  const byClass =
    kind === "requests"
      ? { "2xx": requests2xx, "3xx": requests3xx, "4xx": requests4xx, "5xx": requests5xx }
      : { "4xx": refusals4xx, "5xx": refusals5xx };
  return Object.entries(byClass).flatMap(([name, value]) =>
    value === null ? [] : [{ suffix: "_total", labels: { connector: id, class: name }, value }],
  );
}

function latencyFamily({ latencies }: Measured): MetricFamily {
  const samples: Sample[] = [];
  let count = 0;
  for (const { upToMs, name } of LATENCY_BUCKETS) {
    count += latencies?.[name] ?? 0;
    samples.push({ suffix: "_bucket", labels: { le: String(upToMs / 1_000) }, value: count });
  }
  const { total = 0, latencyMs = 0 } = latencies ?? {};
  return {
    name: "scim_edge_request_latency_seconds",
    type: "histogram",
    unit: "seconds",
    help: "How long the requests of all connectors took that the caller sees.",
    samples: [
      ...samples,
      { suffix: "_bucket", labels: { le: "+Inf" }, value: total },
      { suffix: "_count", value: total },
      { suffix: "_sum", value: latencyMs / 1_000 },
    ],
  };
}

function webhookFamilies({ webhooks }: Measured, now: number): readonly MetricFamily[] {
  const labelsOf = ({ id, connector }: Measured["webhooks"][number]) => ({
    connector: connector ?? "",
    webhook: id,
  });
  return [
    {
      name: "scim_edge_webhook_active",
      type: "gauge",
      help: "Whether a webhook is active; connector is empty where it follows several.",
      samples: webhooks.map((each) => ({
        labels: labelsOf(each),
        value: each.status === "active" ? 1 : 0,
      })),
    },
    {
      name: "scim_edge_webhook_waiting",
      type: "gauge",
      help: "Deliveries that wait in a webhook.",
      samples: webhooks.map((each) => ({ labels: labelsOf(each), value: each.waiting })),
    },
    {
      name: "scim_edge_webhook_oldest_age_seconds",
      type: "gauge",
      unit: "seconds",
      help: "How old the oldest event is that waits in a webhook; 0 where none waits.",
      samples: webhooks.map((each) => ({
        labels: labelsOf(each),
        value: each.waitingSince === null ? 0 : ageSeconds(each.waitingSince, now),
      })),
    },
  ];
}

function ageSeconds(at: number, now: number): number {
  return Math.max(0, Math.round((now - at) / 1_000));
}
