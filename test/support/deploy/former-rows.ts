import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { createToken } from "#credentials/token.ts";
import { CORE_GROUP, CORE_USER } from "#scim/schema/urns.ts";
import { TEST_CLOCK } from "#test/support/gateway.ts";

/** What a former version left in the database. */
export interface FormerRows {
  readonly connector: string;
  readonly token: string;
  /** A user with a title and an address, and one who is a member of the group. */
  readonly ada: string;
  readonly bob: string;
  /** Somebody who was soft-deleted, with the externalId `ext-cleo`. */
  readonly cleo: string;
  /** A group that also waits for somebody with the externalId `ext-dora`. */
  readonly group: string;
  /** The op_ids of the events, oldest first. */
  readonly events: readonly string[];
}

const DAY_MS = 86_400_000;

/**
 * Plants what a version would have stored that had the first two migrations, or more of them: it knew
 * the columns of those two, and its triggers kept the counters.
 */
export async function plantFormerRows(): Promise<FormerRows> {
  const [connector, ada, bob, cleo, group] = [uuidv7(), uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const at = TEST_CLOCK.now() - DAY_MS;
  const number = await plantConnector(connector, at);
  const token = await plantToken(number, at);
  const former = new Former(number, at);
  await former.createUser(ada, "ada");
  await former.createUser(bob, "bob");
  await former.createUser(cleo, "cleo");
  await former.deleteUser(cleo);
  await former.createGroup(group, "staff", bob, "ext-dora");
  return { connector, token, ada, bob, cleo, group, events: former.events };
}

type Value = string | number | null;

async function run(text: string, ...values: readonly Value[]): Promise<D1Result> {
  return await env.DB.prepare(text)
    .bind(...values)
    .run();
}

async function plantConnector(id: string, at: number): Promise<number> {
  const text = `INSERT INTO connectors (id, name, tenant, status, settings, created_at, modified_at)
    VALUES (?1, 'Former', ?1, 'active', '{"deletion":"soft"}', ?2, ?2)`;
  return (await run(text, id, at)).meta.last_row_id;
}

/** Plants a token that ends in three weeks, and gives its secret. */
async function plantToken(number: number, at: number): Promise<string> {
  const { secret, hash, hint } = await createToken();
  const endsAt = at + 21 * DAY_MS;
  const text = `INSERT INTO credentials (hash, id, connector_id, kind, name, hint, scope, created_at, expires_at)
    VALUES (?1, ?2, ?3, 'token', 'Okta', ?4, 'read-write', ?5, ?6)`;
  await run(text, hash, uuidv7(), number, hint, at, endsAt);
  return secret;
}

/** Writes as a former version did, statement by statement. */
class Former {
  readonly events: string[] = [];

  constructor(
    private readonly number: number,
    private readonly at: number,
  ) {}

  async createUser(id: string, name: string): Promise<void> {
    const email = `${name}@example.com`;
    const emails = [{ value: email, type: "work" }];
    const doc = { schemas: [CORE_USER], userName: name, title: "dr", active: true, emails };
    await this.create("User", id, name, doc);
    const text = `INSERT INTO resource_values (connector_id, path, value_key, type_key, resource_id)
      VALUES (?1, 'emails', ?2, 'work', ?3)`;
    await run(text, this.number, email, id);
  }

  async deleteUser(id: string): Promise<void> {
    const event = await this.event("DELETE", `/Users/${id}`, 204);
    await run(
      `UPDATE resources SET deleted_at = ?2, modified_at = ?2, version = 2, event_id = ?3 WHERE id = ?1`,
      id,
      this.at,
      event,
    );
    await this.change(event, "User", id, 2, "user.deleted", JSON.stringify({ id }));
  }

  async createGroup(id: string, name: string, member: string, awaited: string): Promise<void> {
    await this.create("Group", id, name, { schemas: [CORE_GROUP], displayName: name });
    const members = `INSERT INTO group_members (connector_id, group_id, member_id, member_type)
      VALUES (?1, ?2, ?3, 'User')`;
    await run(members, this.number, id, member);
    const parked = `INSERT INTO parked_members (connector_id, group_id, value, parked_at)
      VALUES (?1, ?2, ?3, ?4)`;
    await run(parked, this.number, id, awaited, this.at);
  }

  private async create(type: string, id: string, name: string, facts: object): Promise<void> {
    const event = await this.event("POST", `/${type}s`, 201);
    const doc = JSON.stringify({ externalId: `ext-${name}`, ...facts });
    await run(
      `INSERT INTO resources (connector_id, type, id, name_key, name_slot, external_id, active, version,
         created_at, modified_at, event_id, doc, folded)
       VALUES (?1, ?2, ?3, ?4, '', 'ext-' || ?4, 1, 1, ?5, ?5, ?6, ?7, ?7)`,
      this.number,
      type,
      id,
      name,
      this.at,
      event,
      doc,
    );
    await this.change(event, type, id, 1, `${type.toLowerCase()}.created`, doc);
  }

  private async event(method: string, path: string, status: number): Promise<string> {
    const id = uuidv7({ msecs: this.at + this.events.length });
    this.events.push(id);
    const text = `INSERT INTO events (connector_id, op_id, at, method, path, status, latency_ms, warnings)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, '[]')`;
    await run(text, this.number, id, this.at, method, path, status);
    return id;
  }

  private async change(event: string, type: string, id: string, version: number, ...rest: Value[]) {
    const text = `INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, at, type, payload)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`;
    await run(text, event, this.number, type, id, version, this.at, ...rest);
  }
}
