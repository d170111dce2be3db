import { describe, expect, test } from "vitest";
import { WORK_EMAIL } from "#bridge/mapping/map-user.ts";
import type { MappedUser } from "#bridge/mapping/mapped.ts";
import { attribute } from "#bridge/mapping/slot.ts";
import {
  mappedEmailKey,
  primaryEmailKey,
  textIn,
  withManager,
  writeMapped,
} from "#bridge/plan/document.ts";
import type { ResourceType } from "#scim/attribute.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { USER } from "#scim/schema/registry.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { documentIn, oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { aContext, runPage } from "#test/support/bridge/run.ts";

const LOGIN = "ada@example.com";

function aMapped(values: Readonly<Record<string, JsonValue>>): MappedUser {
  return {
    kind: "user",
    sourceId: "00u1",
    owned: [attribute("userName"), attribute("title")],
    values: new Map(Object.entries(values)),
    unsaid: new Set(),
    derived: [],
    isActive: true,
    manager: { kind: "none" },
    orgUnit: undefined,
    stampedAt: undefined,
    initial: new Map(),
    misfits: [],
    mark: "",
  };
}

/** An Okta profile of which the others are unsaid. */
function partial(profile: JsonObject): JsonObject {
  return { id: "00u1", profile: { login: LOGIN, ...profile } };
}

/** What one full record and then a partial one come to. */
async function afterDelta(full: JsonObject, changed: JsonObject, pushes: JsonObject = {}) {
  const memory = pushed({});
  const context = aContext(oktaConfig(), memory);
  await runPage(memory, [oktaUser("00u1", LOGIN, full)], context);
  const [id = ""] = memory.users.keys();
  memory.push(id, { ...documentIn(memory, id), ...pushes });
  const [operation] = await runPage(memory, [partial(changed)], context, "delta");
  return { document: documentIn(memory, id), operation };
}

describe("the primary e-mail address", () => {
  test.each<[string, JsonValue, string | undefined]>([
    ["the one marked so", [{ value: "a@x" }, { value: "B@x", primary: true }], "b@x"],
    ["or else the first", [{ value: "A@x" }, { value: "b@x", primary: false }], "a@x"],
    ["whatever is no object apart", ["c@x", { value: "a@x" }], "a@x"],
    ["none of an empty list", [], undefined],
    ["none of what is no list", { value: "a@x" }, undefined],
    ["none that is no text", [{ value: 5 }], undefined],
    ["none without a value", [{ type: "work" }], undefined],
  ])("is %s", (_rule, emails, key) => {
    expect(primaryEmailKey({ emails })).toBe(key);
  });

  test("of a user without addresses is none", () => {
    expect(primaryEmailKey({})).toBeUndefined();
  });

  test("of a record is its work address, or the primary one of its list", () => {
    const list = [{ value: "a@x" }, { value: "B@x", primary: true }];

    expect(mappedEmailKey(aMapped({ [WORK_EMAIL.path]: "Ada@X", emails: list }))).toBe("ada@x");
    expect(mappedEmailKey(aMapped({ emails: list }))).toBe("b@x");
    expect(mappedEmailKey(aMapped({}))).toBeUndefined();
  });
});

test("a manager is written as a reference, and goes without one", () => {
  const written = withManager({ userName: "ada" }, "u9");

  expect(written).toEqual({ userName: "ada", [ENTERPRISE_USER]: { manager: { value: "u9" } } });
  expect(withManager(written, undefined)).toStrictEqual({ userName: "ada" });
});

test("the text of a slot is text alone", () => {
  expect(textIn({ title: "CTO" }, attribute("title"))).toBe("CTO");
  expect(textIn({ title: 5 }, attribute("title"))).toBeUndefined();
});

describe("writeMapped", () => {
  test("gives the document, and whether anything was kept of which nothing was said", () => {
    const full = aMapped({ userName: "ada", title: "CTO" });
    const unsaid = { ...aMapped({ userName: "ada" }), unsaid: new Set(["title"]) };

    expect(writeMapped(full, { nickName: "A" }, USER)).toEqual({
      kind: "written",
      document: { userName: "ada", nickName: "A", title: "CTO" },
      keeps: false,
    });
    expect(writeMapped(unsaid, { title: "Boss" }, USER)).toMatchObject({ keeps: true });
    expect(writeMapped(unsaid, {}, USER)).toMatchObject({ keeps: false });
  });

  test("takes a text in another Unicode form for no change, and stores a change as it was sent", () => {
    const composed = "Ren\u00e9e";
    const decomposed = "Rene\u0301e";

    expect(
      writeMapped(aMapped({ userName: "ada", title: decomposed }), { title: composed }, USER),
    ).toMatchObject({ document: { title: composed } });
    expect(
      writeMapped(aMapped({ userName: "ada", title: decomposed }), { title: "x" }, USER),
    ).toMatchObject({ document: { title: decomposed } });
  });

  test("keeps a manager of whom nothing was said, and says so", () => {
    const mapped: MappedUser = { ...aMapped({ userName: "ada" }), manager: { kind: "unsaid" } };
    const before = withManager({ userName: "ada" }, "u9");

    expect(writeMapped(mapped, before, USER)).toEqual({
      kind: "written",
      document: before,
      keeps: true,
    });
    expect(writeMapped(mapped, { userName: "ada" }, USER)).toMatchObject({ keeps: false });
    expect(writeMapped({ ...mapped, manager: { kind: "none" } }, before, USER)).toEqual({
      kind: "written",
      document: { userName: "ada" },
      keeps: false,
    });
  });

  test("lets a failure rise that is no refusal of a value", () => {
    const broken: ResourceType = {
      ...USER,
      get extensions(): never {
        throw new Error("The schema broke.");
      },
    };

    expect(() => writeMapped(aMapped({ userName: "ada" }), {}, broken)).toThrow(
      "The schema broke.",
    );
  });
});

describe("a display name", () => {
  const NAME = { firstName: "Ada", lastName: "Byron" };

  test("that the record says is not put together", async () => {
    const memory = pushed({});
    const record = oktaUser("00u1", LOGIN, { ...NAME, displayName: "Countess" });

    await runPage(memory, [record], aContext(oktaConfig(), memory));

    const [id = ""] = memory.users.keys();
    expect(documentIn(memory, id).displayName).toBe("Countess");
  });

  test("that was put together follows the name, though it is unsaid", async () => {
    const { document } = await afterDelta(NAME, { lastName: "King" });

    expect(document).toMatchObject({ displayName: "Ada King", name: { familyName: "King" } });
  });

  test("that was not put together stays", async () => {
    const { document } = await afterDelta({ ...NAME, displayName: "Countess" }, { lastName: "K" });

    expect(document).toMatchObject({ displayName: "Countess", name: { familyName: "K" } });
  });

  test("without a name is none", async () => {
    const { document } = await afterDelta({}, { title: "CTO" });

    expect(document).not.toHaveProperty("displayName");
  });
});

test("a kept value is left as it stands, beside what a push client wrote", async () => {
  const emails = [
    { value: LOGIN, type: "work", primary: false },
    { value: "ada@home.example", type: "home", primary: true },
  ];

  const { document } = await afterDelta({}, { title: "CTO" }, { emails });

  expect(document).toMatchObject({ title: "CTO", emails });
});

test("a record that says all there is needs no second look", async () => {
  const said = { email: LOGIN, title: "CTO" };

  const { operation } = await afterDelta({}, said);

  expect(operation).toMatchObject({ op: "update", link: { hash: expect.stringMatching(/./) } });
});
