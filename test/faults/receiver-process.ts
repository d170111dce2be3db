import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { listGroups, listMembers, listUsers } from "../../packages/client/src/directory.ts";
import type { ScimResource } from "../../packages/client/src/events.ts";
import type { Gateway, Scope } from "../../packages/client/src/gateway.ts";
import { ROOT } from "../../scripts/lib/project.js";

/** What the example receiver is told by its environment. */
export interface ReceiverSettings {
  readonly gateway: Gateway;
  readonly tenant: string;
  /** The SQLite file of its copy. */
  readonly file: string;
  /** To be woken by a webhook; without it the feed is followed by long polling. */
  readonly webhook?: { readonly secret: string; readonly port: number } | undefined;
}

/** The example receiver as a process of its own, on a file that outlives it. */
export interface ReceiverProcess {
  /** Kills it at once (SIGKILL); throws where it had ended by itself. */
  readonly kill: () => Promise<void>;
}

/** Starts the example receiver as its README says. */
export function startReceiver({
  gateway,
  tenant,
  file,
  webhook,
}: ReceiverSettings): ReceiverProcess {
  const child = spawn(process.execPath, ["example/main.ts"], {
    cwd: join(ROOT, "packages/client"),
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      GATEWAY: gateway.origin,
      KEY: gateway.key,
      TENANT: tenant,
      DATABASE: file,
      WEBHOOK_SECRET: webhook?.secret ?? "",
      PORT: String(webhook?.port ?? 0),
    },
  });
  const said = text(child.stderr);
  return { kill: () => killProcess(child, said) };
}

/** Up to where a copy has followed the feed; undefined while it was never filled. */
export function cursorOf(file: string): number | undefined {
  return readCopy(file, (copy) => {
    const isOpen = copy.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'copy_state'").get();
    const row = isOpen && copy.prepare("SELECT value FROM copy_state WHERE name = 'cursor'").get();
    return row === undefined ? undefined : Number(row.value);
  });
}

/** A directory in one comparable form, from a copy or from the gateway. */
export interface Seen {
  /** Documents by id, without what depends on other resources. */
  readonly users: ReadonlyMap<string, unknown>;
  readonly groups: ReadonlyMap<string, unknown>;
  /** `group member type`, sorted. */
  readonly members: readonly string[];
}

/** What a copy holds. */
export function contentOf(file: string): Seen | undefined {
  return readCopy(file, (copy) => {
    const documents = (type: string) => {
      const statement = copy.prepare(
        "SELECT id, document FROM copy_resources WHERE type = ? ORDER BY id",
      );
      const rows = statement.all(type);
      return new Map(rows.map(({ id, document }) => [String(id), JSON.parse(String(document))]));
    };
    const members = copy
      .prepare("SELECT group_id || ' ' || member_id || ' ' || member_type AS one FROM copy_members")
      .all()
      .map(({ one }) => String(one));
    return { users: documents("User"), groups: documents("Group"), members: members.sort() };
  });
}

/** What the gateway answers of its directory. */
export async function directoryOf(gateway: Gateway, scope: Scope): Promise<Seen> {
  const users = new Map<string, unknown>();
  const groups = new Map<string, unknown>();
  const members: string[] = [];
  for await (const { resource } of listUsers(gateway, scope)) {
    users.set(resource.id, ownPart(resource));
  }
  for await (const { connector, resource: group } of listGroups(gateway, scope)) {
    groups.set(group.id, ownPart(group));
    for await (const { value, type } of listMembers(gateway, connector, group.id)) {
      members.push(`${group.id} ${value} ${type}`);
    }
  }
  return { users, groups, members: members.sort() };
}

function ownPart({ groups: _, members: __, ...resource }: ScimResource): unknown {
  const { location: ___, ...meta } = resource.meta;
  return { ...resource, meta };
}

/** The copy is looked at while its receiver writes it. */
function readCopy<T>(file: string, read: (copy: DatabaseSync) => T): T | undefined {
  if (!existsSync(file)) return undefined;
  const copy = new DatabaseSync(file, { timeout: 5_000 });
  try {
    return read(copy);
  } finally {
    copy.close();
  }
}

async function killProcess(child: ChildProcess, said: Promise<string>): Promise<void> {
  if (child.signalCode !== null) return;
  if (child.exitCode !== null) {
    throw new Error(`The receiver ended with ${child.exitCode}: ${await said}`);
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
