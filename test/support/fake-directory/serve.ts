// Starts a fake provider for a trial or for another process's tests:
// node --experimental-transform-types test/support/fake-directory/serve.ts --provider okta --users 1000
import { parseArgs } from "node:util";
import type { Provider } from "#bridge/config/settings.ts";
import { createDirectory } from "./directory.ts";
import { createFakeProvider } from "./provider.ts";
import { serve } from "./server.ts";

const PROVIDERS: readonly Provider[] = ["okta", "entra", "google", "onelogin", "jumpcloud", "scim"];

const { values } = parseArgs({
  options: {
    provider: { type: "string", default: "okta" },
    users: { type: "string", default: "100" },
    groups: { type: "string", default: "5" },
    port: { type: "string", default: "0" },
    "fault-rate": { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    /** Okta: the service app instead of an API token. */
    service: { type: "boolean", default: false },
    /** SCIM: the first page for ever. */
    "broken-paging": { type: "boolean", default: false },
  },
});

const provider = PROVIDERS.find((each) => each === values.provider);
if (provider === undefined) {
  console.error(`--provider is one of ${PROVIDERS.join(", ")}.`);
  process.exit(2);
}

const fake = await createFakeProvider({
  provider,
  directory: createDirectory({ users: Number(values.users), groups: Number(values.groups) }),
  okta: { auth: values.service ? "service" : "token" },
  scim: { paging: values["broken-paging"] ? "broken" : "exact" },
});
const share = Number(values["fault-rate"]);
if (share > 0) fake.faults.rate(share, Number(values.seed));
const { origin, close } = await serve(fake.handle, Number(values.port));

// One line of JSON for a process that reads it; a person puts `source` and `credentials` into PUT …/bridge.
const { kind: _, ...credentials } = fake.credentials;
console.log(JSON.stringify({ origin, source: fake.source(origin), credentials }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => close());
