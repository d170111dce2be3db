import { beforeAll, describe, expect, test } from "vitest";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aUser, filterQuery, openGateway, type TestClient } from "#test/support/gateway.ts";

const gateway = openGateway();

const ADA = {
  userName: "Ada@Example.com",
  externalId: "E1",
  title: "Dr",
  name: { givenName: "Ada" },
  emails: [
    { value: "Ada@Work", type: "work", primary: true },
    { value: "ada@home", type: "home" },
  ],
  [ENTERPRISE_USER]: { department: "Engines", manager: { value: "m1" } },
};
const BOB = {
  userName: "bob+x@example.com",
  externalId: "e1",
  active: false,
  emails: [{ value: "bob@work", type: "work" }],
};
const EVE = { userName: "ÉVE", title: 'dr. 100%_ "q" \\ \'x', emails: [{ value: "ada@home" }] };

let client: TestClient;

beforeAll(async () => {
  client = await gateway.client();
  await client.post(aUser(ADA));
  await client.post(aUser(BOB));
  await client.post(aUser(EVE));
});

function namesIn(body: { Resources: readonly { userName: string }[] }): string[] {
  return body.Resources.map(({ userName }) => userName.slice(0, 3));
}

test.each([
  ['userName eq "ADA@EXAMPLE.COM"', ["Ada"]],
  ['USERNAME Eq "ada@example.com"', ["Ada"]],
  [`${CORE_USER}:userName eq "ada@example.com"`, ["Ada"]],
  ['userName eq "ada\\u0040example.com"', ["Ada"]],
  ['userName eq "éve"', ["ÉVE"]],
  ['userName eq "E\u0301VE"', ["ÉVE"]],
  ['userName eq "eve"', []],
  ['userName eq "bob+x@example.com"', ["bob"]],
  ['externalId eq "E1"', ["Ada"]],
  ['externalId eq "e1"', ["bob"]],
  ['emails.value eq "ADA@WORK"', ["Ada"]],
  ['emails.value eq "ada@home"', ["Ada", "ÉVE"]],
  ['emails eq "bob@work"', ["bob"]],
  ['emails[type eq "work"].value eq "ada@work"', ["Ada"]],
  ['emails[TYPE eq "Work"].VALUE eq "ADA@WORK"', ["Ada"]],
  ['emails[type eq "work" and value eq "ada@work"]', ["Ada"]],
  ['emails[type eq "home"].value eq "ada@home"', ["Ada"]],
  ['emails[type eq "work"].value eq "ada@home"', []],
  ['emails[type eq "other"].value eq "ada@work"', []],
  ['emails[type eq "work" and primary eq true].value eq "bob@work"', []],
  ['emails[not (type pr)].value eq "ada@home"', ["ÉVE"]],
])("a lookup %s finds %j", async (filter, names) => {
  const { status, body } = await client.find(filter);

  expect(status).toBe(200);
  expect(namesIn(body)).toEqual(names);
  expect(body.totalResults).toBe(names.length);
});

test.each([
  ['userName ne "ada@example.com"', ["bob", "ÉVE"]],
  ['title ne "Dr"', ["bob", "ÉVE"]],
  ['userName co "EXAMPLE"', ["Ada", "bob"]],
  ['userName sw "BOB"', ["bob"]],
  ['userName sw "é"', ["ÉVE"]],
  ['userName ew ".COM"', ["Ada", "bob"]],
  ['userName gt "b"', ["bob", "ÉVE"]],
  ['userName le "b"', ["Ada"]],
  ['title co "%"', ["ÉVE"]],
  ['title co "_"', ["ÉVE"]],
  ['title eq "DR. 100%_ \\"Q\\" \\\\ \'X"', ["ÉVE"]],
  ["title pr", ["Ada", "ÉVE"]],
  ["title eq null", ["bob"]],
  ["title ne null", ["Ada", "ÉVE"]],
  ["not (title pr)", ["bob"]],
  ["nickName pr", []],
  ["active eq true", ["Ada", "ÉVE"]],
  ['active eq "False"', ["bob"]],
  ["active ne TRUE", ["bob"]],
  ['name.givenName eq "ada"', ["Ada"]],
  ['emails.type eq "home"', ["Ada"]],
  ["emails[primary eq true]", ["Ada"]],
  ['emails co "WORK"', ["Ada", "bob"]],
  [`${ENTERPRISE_USER}:department eq "engines"`, ["Ada"]],
  ['manager eq "m1"', ["Ada"]],
  ['manager eq "M1"', []],
  [`schemas eq "${ENTERPRISE_USER}"`, ["Ada"]],
  ['meta.resourceType eq "User"', ["Ada", "bob", "ÉVE"]],
  ['meta.created ge "2020-01-01T00:00:00Z"', ["Ada", "bob", "ÉVE"]],
  ['meta.lastModified lt "2020-01-01T00:00:00+01:00"', []],
  ["id pr", ["Ada", "bob", "ÉVE"]],
  ['groups eq "g1"', []],
  ['title pr and (active eq false or externalId eq "E1")', ["Ada"]],
  ['title pr and active eq false or externalId eq "e1"', ["bob"]],
  ['active eq false and not (emails[type eq "home"])', ["bob"]],
])("a filter %s finds %j", async (filter, names) => {
  const { status, body } = await client.find(filter);

  expect(status).toBe(200);
  expect(namesIn(body)).toEqual(names);
  expect(body.totalResults).toBe(names.length);
});

test.each([
  ["the Kelvin sign for K", "kim", "\u212AIM"],
  ["K for the Kelvin sign", "\u212Aim", "kim"],
  ["ASCII for full-width", "ｋｉｍ＠ｘ", "kim@x"],
  ["full-width for ASCII", "kim@x", "ＫＩＭ@x"],
])("userName is found by %s", async (_what, held, sought) => {
  const own = await gateway.client();
  await own.post(aUser({ userName: held }));

  const found = await own.find(`userName eq "${sought}"`);

  expect(found.body.Resources).toMatchObject([{ userName: held }]);
});

describe("the query of a list", () => {
  test("reads + as a blank", async () => {
    const { body } = await client.call('/Users?filter=userName+eq+"ada@example.com"');

    expect(namesIn(body)).toEqual(["Ada"]);
  });

  test("reads %2B as a plus", async () => {
    const { body } = await client.call("/Users?filter=userName%20eq%20%22bob%2Bx@example.com%22");

    expect(namesIn(body)).toEqual(["bob"]);
  });

  test.each(["?filter=", "?filter=%20", "?FILTER="])("%s filters nothing", async (query) => {
    const { status, body } = await client.call(`/Users${query}`);

    expect(status).toBe(200);
    expect(body.totalResults).toBe(3);
  });

  test("that finds nobody answers 200 and an empty list", async () => {
    const { status, body } = await client.find(`userName eq "${crypto.randomUUID()}"`);

    expect(status).toBe(200);
    expect(body).toMatchObject({ totalResults: 0, itemsPerPage: 0, Resources: [] });
  });

  test("applies attributes to each user of the page", async () => {
    const query = filterQuery('userName eq "ada@example.com"', { attributes: "title" });

    const { body } = await client.call(`/Users${query}`);

    expect(Object.keys(body.Resources[0]).sort()).toEqual(["id", "schemas", "title"]);
  });

  test("applies excludedAttributes to each user of the page", async () => {
    const { body } = await client.call("/Users?excludedAttributes=emails&count=1");

    expect(body.Resources[0]).toMatchObject({ userName: ADA.userName, title: "Dr" });
    expect(body.Resources[0]).not.toHaveProperty("emails");
  });
});
