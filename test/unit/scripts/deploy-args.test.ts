import { describe, expect, test } from "vitest";
import { readDeployArgs } from "../../../scripts/lib/deploy-args.js";

describe("the environment", () => {
  test.each([
    [["--env", "staging"], {}],
    [["--env=staging"], {}],
    [["-e", "staging"], {}],
    [["-estaging"], {}],
    [[], { CLOUDFLARE_ENV: "staging" }],
    [["--env", "staging"], { CLOUDFLARE_ENV: "other" }],
  ])("is staging by %j and %j", (args, environment) => {
    expect(readDeployArgs(args, environment).environment).toBe("staging");
  });

  test.each([
    [[], {}],
    [["--env", ""], { CLOUDFLARE_ENV: "staging" }],
    [["--env="], {}],
    [[], { CLOUDFLARE_ENV: "" }],
  ])("is the top level by %j and %j", (args, environment) => {
    expect(readDeployArgs(args, environment).environment).toBeUndefined();
  });
});

test("name, configuration, database and what goes to wrangler are read", () => {
  const args = [
    "--name",
    "a",
    "-c",
    "b.toml",
    "--database=c",
    "--message",
    "x",
    "--tag",
    "y",
    "-y",
  ];

  expect(readDeployArgs(args, {})).toMatchObject({
    name: "a",
    config: "b.toml",
    database: "c",
    isYes: true,
    handedOn: ["--message", "x", "--tag", "y"],
  });
});

test.each([
  ["an unknown argument", ["--environment", "staging"]],
  ["one of wrangler's that changes the target", ["--dispatch-namespace", "x"]],
  ["a variable beside the configuration", ["--var", "PUBLIC_URL:x"]],
  ["a typing error", ["--dryrun"]],
  ["an environment without two dashes", ["staging"]],
  ["a missing value", ["--env"]],
  ["a value that is the next argument", ["--env", "--yes"]],
  ["two environments", ["--env", "staging", "-e", "production"]],
  ["an empty name", ["--name", ""]],
  ["an unknown jurisdiction", ["--jurisdiction", "uk"]],
  ["an unknown location", ["--location", "europe"]],
  ["a jurisdiction and a location", ["--jurisdiction", "eu", "--location", "weur"]],
])("%s is refused: %j", (_what, args) => {
  expect(() => readDeployArgs(args, {})).toThrow(/\S/);
});

test.each(["env", "dry_run", "name", "yes", "database"])(
  "what npm kept for itself is refused: --%s without the two dashes",
  (name) => {
    expect(() => readDeployArgs([], { [`npm_config_${name}`]: "true" })).toThrow("two dashes");
  },
);
