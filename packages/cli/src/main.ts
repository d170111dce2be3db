#!/usr/bin/env node
import { appendFile, readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { run } from "./run.ts";

// A reader that goes away, such as head, has seen enough.
process.stdout.on("error", () => process.exit(0));

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  readText: (file) => readFile(file, "utf8"),
  appendPrivately: (file, line) =>
    appendFile(file, line === "" ? "" : `${line}\n`, { mode: 0o600 }),
  now: Date.now,
  pause: (milliseconds) => setTimeout(milliseconds),
});
