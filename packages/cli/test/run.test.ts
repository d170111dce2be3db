import { expect, test } from "vitest";
import { run } from "../src/run.ts";
import { FakeGateway } from "./fake-gateway.ts";

const FILE = `
connectors:
  - name: Okta
    tenant: acme
    preset: okta
    settings: { strict: true }
    attributes: [{ name: costCode, type: string }]
    bridge:
      source: { type: okta, baseUrl: "https://\${OKTA_HOST}" }
      credentials: { apiToken: "\${OKTA_TOKEN}" }
      intervalSeconds: 600
    webhooks:
      - { url: "https://app.example.com/hook", eventTypes: [user.deactivated] }
`;

/** Runs commands against a gateway of the test, and keeps what they print and write. */
function at(
  gateway: FakeGateway,
  files: Readonly<Record<string, string>> = { "c.yaml": FILE },
  inPause: (pauses: number) => void = () => {},
) {
  const env: Record<string, string> = {
    SCIM_EDGE_URL: "https://scim.example.com",
    SCIM_EDGE_KEY: "sgk_x",
    OKTA_HOST: "acme.okta.com",
    OKTA_TOKEN: "00secret",
  };
  const printed: string[] = [];
  const complained: string[] = [];
  const secrets: string[] = [];
  let pauses = 0;
  const call = (...args: readonly string[]) =>
    run(args, {
      env,
      print: (line) => printed.push(line),
      complain: (line) => complained.push(line),
      readText: async (file) => {
        const text = files[file];
        if (text === undefined) throw new Error("ENOENT");
        return text;
      },
      appendPrivately: async (_, line) => {
        if (line !== "") secrets.push(line);
      },
      now: () => Date.parse("2026-11-30T12:00:00Z"),
      pause: async () => {
        pauses += 1;
        inPause(pauses);
        if (pauses > 3) throw new Error("The test has seen enough.");
      },
      fetch: gateway.fetch,
    });
  return { call, env, printed, complained, secrets };
}

test("connectors are listed, and what providers sent moves no cursor", async () => {
  const gateway = new FakeGateway();
  gateway.add({ name: "Okta\u001b[2J", tenant: "acme", preset: "okta" });
  const { call, printed } = at(gateway);

  expect(await call("connectors")).toBe(0);
  expect(printed).toEqual([
    "NAME      TENANT  PRESET  STATUS  ID",
    "Okta\u{FFFD}[2J  acme    okta    active  c1",
  ]);
});

test("what the file wants and the gateway lacks is made, and a second run changes nothing", async () => {
  const gateway = new FakeGateway();
  const { call, printed, secrets } = at(gateway);

  expect(await call("apply", "-f", "c.yaml", "--secrets", "s")).toBe(0);

  expect(gateway.writes()).toEqual([
    'POST /connectors {"name":"Okta","tenant":"acme","preset":"okta","settings":{"strict":true}}',
    'PUT /connectors/c1/attributes {"attributes":[{"name":"costCode","type":"string"}]}',
    'PUT /connectors/c1/bridge {"source":{"type":"okta","baseUrl":"https://acme.okta.com"},"intervalSeconds":600,"credentials":{"apiToken":"00secret"}}',
    'POST /connectors/c1/webhooks {"url":"https://app.example.com/hook","eventTypes":["user.deactivated"]}',
  ]);
  expect(secrets.map((line) => JSON.parse(line))).toEqual([
    { connector: "Okta", connectorId: "c1", kind: "token", secret: "sgw_new" },
    {
      connector: "Okta",
      connectorId: "c1",
      kind: "webhook",
      url: "https://app.example.com/hook",
      secret: "whsec_new",
    },
  ]);
  expect(printed.join("\n")).not.toMatch(/00secret|sgw_new|whsec_new/);

  gateway.calls.length = 0;
  expect(await call("apply", "-f", "c.yaml")).toBe(0);
  expect(gateway.writes()).toEqual([]);
  expect(printed.at(-1)).toBe("0 to create, 0 to change, 0 to delete.");
});

test("a secret that nobody would keep is not made", async () => {
  const gateway = new FakeGateway();
  const { call, complained } = at(gateway);

  expect(await call("apply", "-f", "c.yaml")).toBe(2);
  expect(complained[0]).toContain("--secrets <file>");
  expect(gateway.writes()).toEqual([]);
});

test("a secret that the environment lacks stops before anything is made, and no dry run", async () => {
  const gateway = new FakeGateway();
  const { call, env, complained } = at(gateway);
  delete env.OKTA_TOKEN;

  expect(await call("apply", "-f", "c.yaml", "--dry-run")).toBe(0);
  expect(await call("apply", "-f", "c.yaml", "--secrets", "-")).toBe(2);
  expect(complained).toEqual([
    "scim-edge: connectors[0].bridge.credentials.apiToken needs the variable OKTA_TOKEN, which the environment does not have.",
  ]);
  expect(gateway.writes()).toEqual([]);
});

/** A gateway whose connector differs from the file, and has more than it. */
function differing() {
  const gateway = new FakeGateway();
  gateway.add(
    { name: "Okta", tenant: "acme", preset: "okta", settings: { strict: false, rateLimit: "low" } },
    {
      attributes: [
        { name: "costCode", type: "string", resourceType: "User", caseExact: false },
        { name: "desk", type: "string", resourceType: "User", caseExact: false },
      ],
      bridge: {
        source: { type: "okta", baseUrl: "https://acme.okta.com" },
        intervalSeconds: 900,
        onMissing: "ignore",
      },
      webhooks: [
        {
          id: "w1",
          name: null,
          url: "https://app.example.com/hook",
          eventTypes: null,
          status: "active",
        },
        {
          id: "w2",
          name: null,
          url: "https://old.example.com/",
          eventTypes: null,
          status: "active",
        },
      ],
    },
  );
  gateway.add({ name: "Old", tenant: "acme" });
  gateway.add({ name: "Of another tenant", tenant: "globex" });
  return gateway;
}

test("a dry run prints the difference, tells it by its exit code, and writes nothing", async () => {
  const gateway = differing();
  const { call, printed } = at(gateway);

  expect(await call("apply", "-f", "c.yaml", "--dry-run", "--exit-code")).toBe(3);

  expect(printed).toEqual([
    '~ connector "Okta"',
    "    settings.strict: false -> true",
    '~ bridge of connector "Okta"',
    "    intervalSeconds: 900 -> 600",
    '~ webhook https://app.example.com/hook of connector "Okta"',
    '    eventTypes: (none) -> ["user.deactivated"]',
    '  attribute desk of "Okta" is not in the file and stays; --prune deletes it',
    '  webhook https://old.example.com/ of "Okta" is not in the file and stays; --prune deletes it',
    '  connector "Old" is not in the file and stays; --prune deletes it',
    "0 to create, 3 to change, 0 to delete.",
  ]);
  expect(gateway.writes()).toEqual([]);
});

test("what differs is changed, and nothing is deleted unless it is said", async () => {
  const gateway = differing();

  expect(await at(gateway).call("apply", "-f", "c.yaml")).toBe(0);

  expect(gateway.writes()).toEqual([
    'PATCH /connectors/c1 {"settings":{"strict":true}}',
    'PUT /connectors/c1/bridge {"source":{"type":"okta","baseUrl":"https://acme.okta.com"},"intervalSeconds":600,"onMissing":"ignore"}',
    'PATCH /connectors/c1/webhooks/w1 {"url":"https://app.example.com/hook","eventTypes":["user.deactivated"]}',
  ]);
});

test("--prune deletes what the file does not have, of the tenants that it names alone", async () => {
  const gateway = differing();

  expect(await at(gateway).call("apply", "-f", "c.yaml", "--prune", "--users", "keep")).toBe(0);

  expect(gateway.writes()).toContain(
    'PUT /connectors/c1/attributes {"attributes":[{"name":"costCode","type":"string"}]}',
  );
  expect(gateway.writes().filter((call) => call.startsWith("DELETE"))).toEqual([
    "DELETE /connectors/c1/webhooks/w2",
    "DELETE /connectors/c2?users=keep",
  ]);
  expect([...gateway.connectors.keys()]).toEqual(["c1", "c3"]);
});

test("a bridge with another source gets its credentials anew, and none of the former source", async () => {
  const gateway = differing();
  const text = FILE.replace(/source: .*/, 'source: { type: entra, tenantId: "acme.example.com" }');

  expect(await at(gateway, { "c.yaml": text }).call("apply", "-f", "c.yaml")).toBe(0);

  expect(gateway.writes()[1]).toBe(
    'PUT /connectors/c1/bridge {"source":{"type":"entra","tenantId":"acme.example.com"},"intervalSeconds":600,"onMissing":"ignore","credentials":{"apiToken":"00secret"}}',
  );
});

test("--credentials sends them though nothing differs", async () => {
  const gateway = new FakeGateway();
  const { call } = at(gateway);
  await call("apply", "-f", "c.yaml", "--secrets", "s");
  gateway.calls.length = 0;

  expect(await call("apply", "-f", "c.yaml", "--credentials")).toBe(0);

  expect(gateway.writes()).toHaveLength(1);
  expect(gateway.writes()[0]).toContain('"credentials":{"apiToken":"00secret"}');
});

test.each([
  ["connectors: [", "c.yaml is no YAML: line 1"],
  ["connectors: {}", "connectors must be a list."],
  ["connector: []", 'the file has the unknown member "connector"; there are connectors.'],
  ["connectors: [{}]", "connectors[0].name must be a text."],
  ["connectors: [{name: a, setings: {}}]", 'connectors[0] has the unknown member "setings"'],
  ["connectors: [{name: a}, {name: a}]", 'Two connectors of the file have the name "a".'],
  ["connectors: [{name: a, webhooks: [{}]}]", "connectors[0].webhooks[0].url must be a text."],
  [`connectors: [{name: "\${NONE}"}]`, "connectors[0].name needs the variable NONE"],
  ["connectors: [{name: Okta, tenant: acme, preset: entra}]", "cannot become entra"],
])("a file that does not fit is told in one sentence: %s", async (text, said) => {
  const gateway = differing();
  const { call, complained } = at(gateway, { "c.yaml": text });

  expect(await call("apply", "-f", "c.yaml")).toBe(2);
  expect(complained).toHaveLength(1);
  expect(complained[0]).toContain(said);
  expect(gateway.writes()).toEqual([]);
});

test.each([
  [["nothing"], 'There is no command "nothing"'],
  [["connectors", "--no"], "Unknown option '--no'."],
  [["apply"], "Name the file"],
  [["apply", "-f", "none.yaml"], "none.yaml cannot be read."],
  [["apply", "-f", "c.yaml", "--users", "all"], "--users takes deactivate, keep or delete"],
  [["bridge", "sync", "Okta"], "Say scim-edge bridge plan"],
  [["bridge", "plan", "None"], 'No connector is called "None".'],
  [["log", "--since", "soon"], "--since takes a time"],
  [["log"], "There are several connectors"],
  [["log", "My", "Okta"], "put its name into quotes"],
])("arguments that do not fit are told in one sentence: %j", async (args, said) => {
  const { call, complained } = at(differing());

  expect(await call(...args)).toBe(2);
  expect(complained).toHaveLength(1);
  expect(complained[0]).toContain(said);
});

test("an environment without gateway or key says which variable is missing", async () => {
  const { call, env, complained } = at(new FakeGateway());

  delete env.SCIM_EDGE_KEY;
  expect(await call("connectors")).toBe(2);
  delete env.SCIM_EDGE_URL;
  expect(await call("connectors")).toBe(2);
  expect(complained[0]).toContain("Set SCIM_EDGE_KEY");
  expect(complained[1]).toContain("Set SCIM_EDGE_URL");
});

test("a refusal has the gateway's words, and a change meanwhile says what to do", async () => {
  const gateway = differing();
  const errors = [{ pointer: "#/settings/strict", detail: "No." }];
  gateway.faults.set("GET /connectors", Response.json({ detail: "No.", errors }, { status: 400 }));
  const { call, complained } = at(gateway);

  expect(await call("connectors")).toBe(1);
  gateway.faults.clear();
  gateway.faults.set("PATCH /connectors/c1", Response.json({ detail: "-" }, { status: 412 }));
  expect(await call("apply", "-f", "c.yaml")).toBe(1);
  expect(complained).toEqual([
    "scim-edge: The gateway answered 400: No. (at #/settings/strict)",
    "scim-edge: Somebody changed it meanwhile: run the command again.",
  ]);
});

test.each(["connectors", "log", "bridge", "apply"])("%s has a help of its own", async (command) => {
  const { call, printed } = at(new FakeGateway());

  expect(await call(command, "--help")).toBe(0);
  expect(printed[0]).toContain(`Usage: scim-edge ${command}`);
});

/** An event of the log. */
function logged(id: string, minute: number, facts = {}) {
  const time = new Date(Date.parse("2026-11-30T11:00:00Z") + minute * 60_000).toISOString();
  return { id, time, method: "POST", path: "/Users", status: 409, count: 1, ...facts };
}

test("the log is followed: oldest first, each row once, late rows as well", async () => {
  const gateway = new FakeGateway();
  const explanation = "The name is taken.";
  const { events } = gateway.add(
    { name: "Okta" },
    { events: [logged("e1", 1), logged("e2", 2, { userName: "ada", explanation })] },
  );
  const { call, printed } = at(gateway, {}, (pauses) => {
    // It was stored after a newer one.
    if (pauses === 1) events.splice(1, 0, logged("e3", 1.5));
  });

  expect(await call("log", "--follow")).toBe(1);

  expect(printed).toEqual([
    "2026-11-30T11:01:00.000Z  409  POST  /Users",
    "2026-11-30T11:02:00.000Z  409  POST  /Users  ada  The name is taken.",
    "2026-11-30T11:01:30.000Z  409  POST  /Users",
  ]);
});

const RUN = {
  runId: "r1",
  state: "succeeded",
  waitingFor: null,
  error: null,
  issueCount: 1,
  issues: [{ kind: "noUserName", sourceId: "00u2", detail: "It has no login." }],
  counts: { seen: 2, created: 1, updated: 0 },
  plan: {
    wouldHold: true,
    steps: [
      {
        op: "create",
        sourceId: "00u1",
        userId: null,
        why: null,
        set: { userName: "ada" },
        unset: [],
      },
    ],
  },
};

test("a plan of the Bridge is waited for and printed", async () => {
  const gateway = new FakeGateway();
  const running = { ...RUN, state: "running" };
  gateway.add({ name: "Okta" }, { runs: [running, { ...running, waitingFor: "Okta" }, RUN] });
  const { call, printed, complained } = at(gateway);

  expect(await call("bridge", "plan", "Okta")).toBe(0);

  expect(complained).toEqual(["Waiting: Okta"]);
  expect(printed).toEqual([
    'create 00u1  userName="ada"',
    "! noUserName 00u2: It has no login.",
    "seen 2, created 1",
    "The guard would hold what is beyond its limits until you approve.",
  ]);
});

test("a plan that failed says why", async () => {
  const gateway = new FakeGateway();
  const failed = { ...RUN, state: "failed", error: "Okta answered 401." };
  gateway.add({ name: "Okta" }, { runs: [failed] });
  const { call, complained } = at(gateway);

  expect(await call("bridge", "plan", "c1")).toBe(1);
  expect(complained).toEqual(["scim-edge: The Bridge's plan failed: Okta answered 401."]);
});
