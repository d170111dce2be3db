import type { ConnectorHealth } from "#store/activity/health.ts";

/** How a connector fares, as it is answered. */
export function healthView(health: ConnectorHealth) {
  const { users, groups, parkedMembers, lastRequestAt, lastError, lastDay, bridge, held } = health;
  const { active, disabled, waiting, waitingSince } = health.webhooks;
  return {
    users,
    groups,
    parkedMembers,
    lastRequestAt: timeOrNull(lastRequestAt),
    lastError: lastError && {
      time: new Date(lastError.at).toISOString(),
      status: lastError.status,
      eventId: lastError.id,
    },
    lastDay,
    bridge: bridge && {
      state: bridge.state,
      paused: bridge.paused === 1,
      consecutiveFailures: bridge.consecutiveFailures,
      lastSucceededAt: timeOrNull(bridge.lastSucceededAt),
    },
    webhooks: { active, disabled, waiting, waitingSince: timeOrNull(waitingSince) },
    held,
  };
}

function timeOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
