import { expect, test } from "vitest";
import { openGateway } from "#test/support/gateway.ts";
import { carryOut, describePlan, planAll } from "../../../packages/cli/src/apply/apply.ts";
import type { NewSecret, PlanOptions } from "../../../packages/cli/src/apply/plan.ts";
import { wantedConnectors } from "../../../packages/cli/src/apply/wanted.ts";

const FILE = {
  connectors: [
    {
      name: "Okta production",
      tenant: "acme",
      preset: "okta",
      settings: { strict: true, allowedDomains: ["example.com"], brake: { mode: "hold" } },
      attributes: [{ name: "costCode", type: "string" }],
      bridge: {
        source: { type: "okta", baseUrl: "https://acme.okta.com" },
        credentials: { apiToken: `\${OKTA_TOKEN}` },
        intervalSeconds: 600,
        paused: true,
      },
      webhooks: [{ url: "https://app.example.com/hook", eventTypes: ["user.deactivated"] }],
    },
    { name: "Entra", tenant: "acme", status: "disabled" },
  ],
};

const OPTIONS: PlanOptions = { prune: false, users: "deactivate", sendsCredentials: false };

/** Applies a file to the Worker and gives what it planned, and the secrets that it was shown. */
function applying() {
  const worker = openGateway();
  const gateway = {
    origin: "https://gateway.example.com",
    key: "the test's own",
    fetch: async (url: string, { method = "GET", headers, body }: RequestInit) => {
      const { pathname, search } = new URL(url);
      const ifMatch = new Headers(headers).get("If-Match");
      const ifNoneMatch = new Headers(headers).get("If-None-Match");
      const answer = await worker.admin(`${pathname.replace("/admin/v1", "")}${search}`, {
        method,
        ...(typeof body === "string" && { body: JSON.parse(body) }),
        headers: {
          ...(ifMatch !== null && { "If-Match": ifMatch }),
          ...(ifNoneMatch !== null && { "If-None-Match": ifNoneMatch }),
        },
      });
      const { status } = answer;
      if (status === 204) return new Response(null, { status });
      return Response.json(answer.body, { status, headers: answer.headers });
    },
  };
  const apply = async (file: unknown, options: PlanOptions = OPTIONS) => {
    const plan = await planAll(gateway, wantedConnectors(file, { OKTA_TOKEN: "00x" }), options);
    const secrets: NewSecret[] = [];
    const keep = async (secret: NewSecret) => {
      secrets.push(secret);
    };
    await carryOut(gateway, plan, keep, () => {});
    return { lines: describePlan(plan), secrets };
  };
  return { worker, apply };
}

test("a file is applied to the real gateway, and a second time there is nothing to do", async () => {
  const { worker, apply } = applying();

  const first = await apply(FILE);
  const second = await apply(FILE);

  expect(first.secrets.map(({ connector, kind }) => `${connector} ${kind}`)).toEqual([
    "Okta production token",
    "Okta production webhook",
    "Entra token",
  ]);
  expect(second.lines).toEqual(["0 to create, 0 to change, 0 to delete."]);
  const { body } = await worker.admin("/connectors");
  expect(body.items.map((each: { name: string; status: string }) => each)).toMatchObject([
    { name: "Entra", status: "disabled" },
    { name: "Okta production", settings: { strict: true, brake: { mode: "hold", max: 25 } } },
  ]);
});

test("what differs at the real gateway is changed alone, and --prune ends the rest", async () => {
  const { worker, apply } = applying();
  await apply(FILE);
  const [okta] = FILE.connectors;
  const changed = {
    connectors: [
      {
        ...okta,
        settings: { strict: false },
        attributes: [],
        bridge: {
          source: { type: "okta", baseUrl: "https://acme.okta.com" },
          intervalSeconds: 900,
        },
        webhooks: [],
      },
    ],
  };

  const kept = await apply(changed);
  const pruned = await apply(changed, { ...OPTIONS, prune: true });

  expect(kept.lines).toEqual([
    '~ connector "Okta production"',
    "    settings.strict: true -> false",
    '~ bridge of connector "Okta production"',
    "    intervalSeconds: 600 -> 900",
    '  attribute costCode of "Okta production" is not in the file and stays; --prune deletes it',
    '  webhook https://app.example.com/hook of "Okta production" is not in the file and stays; --prune deletes it',
    '  connector "Entra" is not in the file and stays; --prune deletes it',
    "0 to create, 2 to change, 0 to delete.",
  ]);
  expect(pruned.lines.at(-1)).toBe("0 to create, 0 to change, 3 to delete.");
  const { body } = await worker.admin("/connectors");
  expect(body.items).toHaveLength(1);
  expect(body.items[0]).toMatchObject({ settings: { allowedDomains: ["example.com"] } });
  const bridge = await worker.admin(`/connectors/${body.items[0].id}/bridge`);
  expect(bridge.body).toMatchObject({ intervalSeconds: 900, paused: true });
});
