import { join } from "node:path";
import { expect, test } from "vitest";
import { unstable_readConfig } from "wrangler";
import { ROOT } from "../../../scripts/lib/project.js";

const config = unstable_readConfig({ config: join(ROOT, "wrangler.toml") }, { hideWarnings: true });

test("the Worker is woken every minute: it purges, warns, and looks after bridges and webhooks", () => {
  expect(config.triggers.crons).toEqual(["* * * * *"]);
});

test("both Durable Objects are bound, and stored in SQLite", () => {
  const classes = ["ConnectorBridge", "WebhookEndpoint"];

  const bound: readonly { readonly class_name: string }[] = config.durable_objects.bindings;
  expect(bound.map(({ class_name }) => class_name).toSorted()).toEqual(classes);
  const made = config.migrations.flatMap(({ new_sqlite_classes = [] }) => new_sqlite_classes);
  expect(made.toSorted()).toEqual(classes);
});
