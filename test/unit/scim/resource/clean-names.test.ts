import { describe, expect, test } from "vitest";
import type { JsonObject } from "#scim/json.ts";
import { uncleanName } from "#scim/resource/clean-names.ts";
import { newRecord, replacedRecord } from "#scim/resource/record.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";

type Place = "userName" | "externalId" | "emails" | "group displayName" | "group externalId";

const PLACES: readonly Place[] = [
  "userName",
  "externalId",
  "emails",
  "group displayName",
  "group externalId",
];

function documentWith(place: Place, text: string): JsonObject {
  switch (place) {
    case "userName":
      return { userName: text };
    case "externalId":
      return { userName: "ada", externalId: text };
    case "emails":
      return { userName: "ada", emails: [{ value: "a@example.com" }, { value: text }] };
    case "group displayName":
      return { displayName: text };
    case "group externalId":
      return { displayName: "staff", externalId: text };
  }
}

const typeOf = (place: Place) => (place.startsWith("group") ? GROUP : USER);

/** The detail of the refusal; undefined where the text may stand there. */
function detail(place: Place, text: string): string | undefined {
  return uncleanName(typeOf(place), documentWith(place, text), undefined)?.detail;
}

const ALL: readonly string[] = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

const hex = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

describe.each(PLACES)("%s", (where) => {
  test.each<[string, RegExp, string]>([
    ["Cc", /\p{Cc}/u, "a control character"],
    ["Bidi_Control", /\p{Bidi_Control}/u, "a bidirectional control"],
    [
      "Default_Ignorable_Code_Point",
      /(?!\p{Bidi_Control})\p{Default_Ignorable_Code_Point}/u,
      "an invisible character",
    ],
  ])(
    "refuses every character of %s wherever it stands, and says which and where",
    (_, of, kind) => {
      const characters = ALL.filter((character) => of.test(character));

      const missed = characters.filter((character) => {
        const texts = [`${character}1`, `1${character}2`, `😀1${character}`];
        return texts.some((text, at) => {
          const place = `(${hex(character)}, character ${at + 1})`;
          return !detail(where, text)?.includes(` ${kind} ${place}`);
        });
      });
      expect(characters.length).toBeGreaterThan(10);
      expect(missed.map(hex)).toEqual([]);
    },
  );

  test("refuses every blank at either end, and keeps it inside", () => {
    for (const blank of ALL.filter((each) => /\p{White_Space}/u.test(each))) {
      expect(detail(where, `${blank}a`)).toContain(`(${hex(blank)}, character 1)`);
      expect(detail(where, `a${blank}`)).toContain(`(${hex(blank)}, character 2)`);
      if (!/\p{Cc}/u.test(blank)) expect(detail(where, `a${blank}b`)).toBeUndefined();
    }
  });

  test("names the attribute, and does not repeat the text", () => {
    const location = { emails: "emails[1].value" }[where as string] ?? where.replace("group ", "");

    expect(detail(where, "secret\u202e")).toMatch(/^"[^"]+" must not hold [^"]+$/);
    expect(detail(where, "secret\u202e")).toContain(`"${location}"`);
    expect(detail(where, "secret\u202e")).not.toContain("secret");
  });
});

test("every other character of Unicode is kept inside a name", () => {
  const hidden = /[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;
  const others = ALL.filter((character) => !hidden.test(character));

  expect(others.length).toBeGreaterThan(1_100_000);
  expect(others.filter((each) => detail("userName", `a${each}b`) !== undefined)).toEqual([]);
});

describe("the joiners U+200C and U+200D", () => {
  const WORDS = [
    ["Persian", "می\u200cخواهم"],
    ["Devanagari, behind a virama", "क्\u200dष"],
    ["Bengali, before a virama", "র\u200d্য"],
    ["Sinhala", "ශ්\u200dරී"],
    ["letters outside the Basic Multilingual Plane", "𑄇𑄴\u200d𑄇"],
    ["several of them", "ن\u200cم\u200dی"],
    ["Latin letters", "Auf\u200clage"],
  ];

  test.each(WORDS)("are kept between letters in externalId and displayName: %s", (_, text) => {
    for (const place of ["externalId", "group externalId", "group displayName"] as const) {
      expect(detail(place, text)).toBeUndefined();
    }
    expect(detail("userName", text)).toContain("an invisible character");
    expect(detail("emails", text)).toContain("an invisible character");
  });

  test.each([
    "\u200da",
    "a\u200d",
    "1\u200d2",
    "a\u200d1",
    "1\u200da",
    "a\u200d-b",
    "a\u200d b",
    "a\u200d\u200db",
    "a\u200c\u200db",
    "\u0301\u200da",
    "a\u200d\u0301",
    "a\u034f\u200db",
    "👩\u200d💻",
    "a\u200db\u200d",
  ])("are refused elsewhere: %j", (text) => {
    for (const place of PLACES) expect(detail(place, text)).toContain("an invisible character");
  });
});

describe("what other attributes hold", () => {
  test("is left alone", () => {
    const text = " a\u200b\u202e\n";
    const user = {
      userName: "ada",
      displayName: text,
      title: text,
      name: { familyName: text },
      emails: [{ value: "a@example.com", display: text, type: text }],
      phoneNumbers: [{ value: text }],
    };

    expect(uncleanName(USER, user, undefined)).toBeUndefined();
  });
});

describe("a name that stood there before", () => {
  const OLD = "a\u202eb";
  const old: JsonObject = {
    userName: OLD,
    externalId: OLD,
    emails: [{ value: OLD, type: "work" }],
  };
  // A row from the time before the rule: no function would make such a record any more.
  const before = {
    ...newRecord(USER, "1", { userName: "x" }, 0),
    documentText: JSON.stringify({ schemas: [], ...old }),
  };

  test.each<[string, JsonObject]>([
    ["as it was", { ...old, active: false }],
    ["beside less", { userName: OLD }],
    ["at another place of the list", { ...old, emails: [{ value: "new@b.c" }, { value: OLD }] }],
    ["made clean", { userName: "ab", externalId: "ab", emails: [{ value: "ab" }] }],
  ])("may stay: %s", (_, document) => {
    expect(replacedRecord(USER, before, document, 1).version).toBe(2);
  });

  test.each<[string, JsonObject]>([
    ["another one", { ...old, userName: "a\u202ec" }],
    ["in another letter case", { ...old, userName: "A\u202eb" }],
    ["another address", { ...old, emails: [{ value: OLD }, { value: "c\u202e" }] }],
  ])("does not allow %s", (_, document) => {
    expect(() => replacedRecord(USER, before, document, 1)).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidValue" }),
    );
  });

  test("does not allow it in an attribute where it did not stand", () => {
    const named = { ...before, documentText: JSON.stringify({ userName: OLD }) };

    expect(() => replacedRecord(USER, named, old, 1)).toThrow('"externalId"');
  });
});
