import { toolsOf } from "../../src/bridge/worker-tools.ts";
import worker, { ConnectorBridge, WebhookEndpoint } from "../../src/worker.ts";
import { type Cost, countingDatabase } from "../../test/support/d1/counting-d1.ts";

export { ConnectorBridge, WebhookEndpoint };

/** What bridges cost in D1 since the start; locally they share the isolate with the requests. */
const bridgeCost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };

ConnectorBridge.tools = (env) => toolsOf({ ...env, DB: countingDatabase(env.DB, bridgeCost) });

/** The gateway that says in headers what each request cost in D1, its deferred log apart. */
export default {
  async fetch(request, env, context) {
    const cost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
    const bindings = { ...env, DB: countingDatabase(env.DB, cost) };
    const answer = await worker.fetch(request, bindings, context);
    const headers = new Headers(answer.headers);
    headers.set("D1-Round-Trips", String(cost.roundTrips));
    headers.set("D1-Rows-Read", String(cost.rowsRead));
    headers.set("D1-Rows-Written", String(cost.rowsWritten));
    headers.set("D1-Bridge", JSON.stringify(bridgeCost));
    return new Response(answer.body, { status: answer.status, headers });
  },
} satisfies ExportedHandler<Env>;
