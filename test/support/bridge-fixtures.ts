import type { Operation } from "#bridge/operation.ts";
import type { ListingMode } from "#bridge/plan-context.ts";
import type { BridgeConfig, BridgeSettings, Provider, SourceConfig } from "#bridge/settings.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { BridgeMemory } from "./bridge-memory.ts";
import { aConfig, aContext, type Done, runListing } from "./bridge-run.ts";

/** A file of test/fixtures/bridge; README.md there says what it means. */
export interface FixtureFile {
  readonly provider: Provider;
  readonly cases: readonly FixtureCase[];
}

/** One case: whole runs, one after the other, over one directory. */
export interface FixtureCase {
  readonly id: string;
  readonly title: string;
  readonly settings?: FixtureSettings;
  readonly store?: Readonly<Record<string, JsonObject>>;
  readonly steps: readonly {
    readonly feed: ListingMode;
    readonly settings?: FixtureSettings;
    readonly records: readonly JsonObject[];
    readonly expect: readonly JsonObject[];
  }[];
}

type FixtureSettings = Partial<BridgeSettings> & {
  readonly exclude?: readonly string[];
  readonly userNameFrom?: "email" | "username";
};

/** Plays a case; of each run the operations as the fixtures write them, beside the expected ones. */
export async function playCase(
  provider: Provider,
  { settings, store, steps }: FixtureCase,
): Promise<readonly { readonly found: unknown; readonly expected: unknown }[]> {
  const memory = new BridgeMemory();
  for (const [id, body] of Object.entries(store ?? {})) memory.push(id, body);
  const results = [];
  let current: FixtureSettings = settings ?? {};
  for (const step of steps) {
    current = { ...current, ...step.settings };
    const context = aContext(configOf(provider, current), memory);
    const done = await runListing(memory, step.records, context, step.feed);
    const expected = step.expect.map((each) => withDefaults(withReferences(each, memory)));
    const found = done.map((each, at) => pick(shown(each), expected[at]));
    results.push({ found, expected });
  }
  return results;
}

/** The fixtures' defaults, smaller than the product's on purpose. */
function configOf(provider: Provider, settings: FixtureSettings): BridgeConfig {
  const { exclude, userNameFrom, ...others } = settings;
  return aConfig(sourceOf(provider, userNameFrom ?? "email"), {
    guard: { max: 5, percent: 50, minBase: 8 },
    excluded: exclude ?? [],
    ...others,
  });
}

function sourceOf(provider: Provider, userNameFrom: "email" | "username"): SourceConfig {
  const baseUrl = "https://source.example.com";
  switch (provider) {
    case "entra":
      return { type: provider, tenantId: "t", graphBaseUrl: baseUrl, loginBaseUrl: baseUrl };
    case "google":
      return {
        type: provider,
        adminEmail: "admin@example.com",
        customer: "my_customer",
        apiBaseUrl: baseUrl,
        tokenUrl: baseUrl,
      };
    case "jumpcloud":
      return { type: provider, baseUrl, userNameFrom };
    case "okta":
    case "onelogin":
    case "scim":
      return { type: provider, baseUrl };
  }
}

function shown({ operation, before, after }: Done): JsonObject {
  if (operation.op === "guard") return { op: "guard", held: operation.held };
  const issues = "issues" in operation ? operation.issues.map(({ kind }) => kind) : [];
  return {
    op: operation.op,
    source: operation.sourceId ?? null,
    ...("why" in operation && { why: operation.why }),
    ...(operation.op === "ignore" && { issue: operation.issue !== undefined }),
    ...("link" in operation && { id: operation.link.userId }),
    ...contentOf(operation, before, after),
    issues,
  };
}

function contentOf(
  operation: Operation,
  before: ResourceRecord | undefined,
  after: ResourceRecord | undefined,
): JsonObject {
  const document = after === undefined ? {} : documentOf(after);
  if (operation.op === "create") return { scim: document };
  const from = flat(before === undefined ? {} : documentOf(before));
  const to = flat(document);
  const changed = [...to].filter(([path, value]) => !isSame(value, from.get(path)));
  const unset = [...from.keys()].filter((path) => !to.has(path));
  return { set: Object.fromEntries(changed), unset };
}

/** Attribute paths as the fixtures write them: `a`, `a.b` and `URN:attr`. */
function flat(document: JsonObject): ReadonlyMap<string, JsonValue> {
  return new Map(
    Object.entries(document).flatMap(([name, value]): [string, JsonValue][] => {
      if (!isJsonObject(value)) return [[name, value]];
      const separator = name.includes(":") ? ":" : ".";
      return Object.entries(value).map(([part, inner]) => [`${name}${separator}${part}`, inner]);
    }),
  );
}

function isSame(left: JsonValue, right: JsonValue | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** A key that is not expected is not compared; `set`, `unset` and `issues` always are. */
function withDefaults(expected: JsonObject): JsonObject {
  const changes = expected.op === "create" ? {} : { set: {}, unset: [] };
  return { issues: [], ...changes, ...expected };
}

function pick(found: JsonObject, expected: JsonObject | undefined): JsonObject {
  if (expected === undefined) return found;
  return Object.fromEntries(
    Object.entries(found).filter(([name]) => Object.hasOwn(expected, name)),
  );
}

function withReferences(expected: JsonObject, memory: BridgeMemory): JsonObject {
  const text = JSON.stringify(expected).replace(/"@ref:([^"]*)"/g, (_, sourceId) =>
    JSON.stringify(memory.bySource.get(sourceId)?.userId ?? sourceId),
  );
  return JSON.parse(text);
}
