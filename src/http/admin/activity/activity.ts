import type { Hono } from "hono";
import { isLimited, sightOf } from "#http/admin/call/authorize.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { unfitParameters } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { HourCounts } from "#store/activity/count.ts";
import { hoursOf } from "#store/activity/hours.ts";
import { measure } from "#store/activity/metrics.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import { metricFamilies } from "./families.ts";
import { OPEN_METRICS_TYPE, openMetrics } from "./open-metrics.ts";
import { ACTIVITY_OPERATIONS } from "./operations.ts";

const { getActivity, getMetrics } = ACTIVITY_OPERATIONS;

const HOUR_MS = 3_600_000;
const HOURS = { hour: 1, day: 24 } as const;

/** Hours are kept for 90 days: a longer answer would be empty there. */
const RANGE_DAYS_MAX = 92;

/** Registers the counts of a connector's requests, and the metrics. */
export function addActivityRoutes(admin: Hono<AppEnv>, { clock }: Services): void {
  addCall(admin, getActivity, async (context) => {
    const connector = await findOr404(context, context.req.param("id"));
    const { step, from, to } = readQuery(context, getActivity);
    const range = rangeOf(step, from, to ?? clock.now());
    const db = databaseOf(context.env, connector.number);
    const hours = await hoursOf(db, connector.number, range);
    return reply(context, getActivity, 200, {
      from: timeOf(range.from),
      to: timeOf(range.to),
      step,
      items: stepsOf(hours, range, HOURS[step]),
    });
  });
  addCall(admin, getMetrics, async (context) => {
    const sees = sightOf(context);
    const { databaseBytes, ...measured } = await measure(centralDatabase(context.env), sees);
    // How large everything is concerns whoever sees everything.
    const shown = { ...measured, databaseBytes: isLimited(sees) ? undefined : databaseBytes };
    const text = openMetrics(metricFamilies(shown, clock.now()));
    return context.body(text, 200, { "Content-Type": OPEN_METRICS_TYPE });
  });
}

/** Hours since 1970; `to` is not among them. */
interface HourRange {
  readonly from: number;
  readonly to: number;
}

function rangeOf(step: keyof typeof HOURS, from: number | undefined, to: number): HourRange {
  const stepMs = HOURS[step] * HOUR_MS;
  const end = Math.ceil(to / stepMs) * HOURS[step];
  const begin = Math.floor((from ?? end * HOUR_MS - 24 * HOUR_MS) / stepMs) * HOURS[step];
  if (begin >= end) throw unfitParameters(["from", "to"], '"from" is not before "to".');
  if (end - begin > RANGE_DAYS_MAX * 24) {
    const detail = `Ask for ${RANGE_DAYS_MAX} days at most: hours are kept for 90.`;
    throw unfitParameters(["from", "to"], detail);
  }
  return { from: begin, to: end };
}

function stepsOf(hours: readonly HourCounts[], { from, to }: HourRange, size: number) {
  const known = Map.groupBy(hours, ({ hour }) => Math.floor(hour / size));
  const steps = Array.from({ length: (to - from) / size }, (_, at) => from / size + at);
  return steps.map((step) => ({ time: timeOf(step * size), ...countsOf(known.get(step) ?? []) }));
}

function countsOf(hours: readonly HourCounts[]) {
  const sum = (name: Exclude<keyof HourCounts, "connectorId" | "hour">) =>
    hours.reduce((total, hour) => total + hour[name], 0);
  const requests = {
    "2xx": sum("requests2xx"),
    "3xx": sum("requests3xx"),
    "4xx": sum("requests4xx"),
    "5xx": sum("requests5xx"),
  };
  const count = Object.values(requests).reduce((total, each) => total + each, 0);
  return {
    requests,
    refusals: { "4xx": sum("refusals4xx"), "5xx": sum("refusals5xx") },
    meanLatencyMs: count === 0 ? null : Math.round((sum("latencyMs") / count) * 10) / 10,
  };
}

function timeOf(hour: number): string {
  return new Date(hour * HOUR_MS).toISOString();
}
