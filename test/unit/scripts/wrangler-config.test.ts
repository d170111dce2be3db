import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unstable_readConfig } from "wrangler";
import { ROOT } from "../../../scripts/lib/project.js";

const FILE = join(ROOT, "wrangler.toml");
const config = unstable_readConfig({ config: FILE }, { hideWarnings: true });
const staging = unstable_readConfig({ config: FILE, env: "staging" }, { hideWarnings: true });

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

test("wrangler itself may find or make the database, build the console and trace", () => {
  expect(config.d1_databases).toEqual([
    { binding: "DB", database_name: "scim-edge", migrations_dir: "drizzle" },
  ]);
  expect(config.build.command).toBe("node scripts/before-wrangler.js");
  expect(config.upload_source_maps).toBe(true);
  expect(config.observability).toMatchObject({
    enabled: true,
    redact_query_string: true,
    traces: { enabled: true },
  });
});

describe("staging", () => {
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

  test("has every binding and variable of production, since an environment inherits none", () => {
    expect(Object.keys(staging.vars)).toEqual(Object.keys(config.vars));
    expect(staging.durable_objects).toEqual(config.durable_objects);
    expect(names(staging.ratelimits)).toEqual(names(config.ratelimits));
    expect(staging.secrets).toEqual(config.secrets);
    expect(staging.observability).toEqual(config.observability);
    expect(staging.triggers).toEqual(config.triggers);
  });

  test("names nothing of production: no Worker, database, counter or route", () => {
    const own = ({ name, d1_databases, ratelimits }: typeof config) => [
      name,
      ...d1_databases.map(({ database_name }: { database_name?: string }) => `D1 ${database_name}`),
      ...ratelimits.map(({ namespace_id }: { namespace_id: string }) => namespace_id),
    ];

    expect(own(staging).filter((each) => own(config).includes(each))).toEqual([]);
    expect(staging.routes).toEqual([]);
  });

  test("and production have no preview addresses, which would write to their database", () => {
    expect([config.preview_urls, staging.preview_urls]).toEqual([false, false]);
  });
});
