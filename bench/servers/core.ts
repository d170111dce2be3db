import type { JsonObject, JsonValue } from "../../src/scim/json.ts";
import type { Directory, ResourceRecord } from "../../src/scim/ports.ts";
import { createUser } from "../../src/scim/provision/create.ts";
import { patchUser } from "../../src/scim/provision/provision.ts";
import { newRecord, renderResource } from "../../src/scim/resource/record.ts";
import { normaliseResource } from "../../src/scim/resource/resource.ts";
import { USER } from "../../src/scim/schema/registry.ts";
import { DEFAULT_SETTINGS } from "../../src/scim/settings.ts";

const BASE_URL = "https://scim.example.com/scim/v2";

/** What src/scim does for a request, as a library: `people` are all there are, already read. */
export function createCore(people: readonly { readonly id: string; readonly body: JsonObject }[]) {
  const records = people.map(({ id, body }): ResourceRecord => {
    const { document } = normaliseResource(USER, body, { strict: false });
    return { ...newRecord(USER, id, document, 1_700_000_000_000), rowId: 1 };
  });
  const [someone] = records;
  let made = 0;
  const directory: Directory = {
    type: USER,
    now: 1_800_000_000_000,
    newId: () => {
      made += 1;
      return `01900000-0000-7000-8000-${String(made).padStart(12, "0")}`;
    },
    settings: async () => ({ ...DEFAULT_SETTINGS, type: USER }),
    // A new object each time: nothing is remembered about it.
    read: async () => someone && { ...someone },
    candidates: async () => [],
    commit: async () => ({ kind: "committed" }),
    pause: async () => undefined,
  };
  return {
    get: async () => someone && renderResource(someone, BASE_URL),
    create: async (body: JsonValue) =>
      renderResource((await createUser(directory, body)).record, BASE_URL),
    patch: async (body: JsonValue) => {
      const written = await patchUser(directory, people[0]?.id ?? "", body, undefined);
      return written && renderResource(written.record, BASE_URL);
    },
    list: async (count: number) =>
      `[${records
        .slice(0, count)
        .map((record) => renderResource(record, BASE_URL))
        .join(",")}]`,
  };
}
