import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  askAdmin,
  askScim,
  openWorld,
  seriousFaults,
  signInLink,
  startProvider,
  visit,
  type Watched,
  type World,
} from "./world.ts";

/** A name that would be a script, an image and an end of whatever stands around it, were it not text. */
const HOSTILE = `"'><img src=x onerror=alert(1)><script>alert(2)</script>`;

let world: World;
let connector: string;
let token: string;
let person: string;
let group: string;
let webhook: string;
let admin: Watched;

beforeAll(async () => {
  world = await openWorld();
  const { origin } = world;
  const made = await askAdmin(origin, "/connectors", {
    name: HOSTILE,
    tenant: HOSTILE.slice(0, 40),
  });
  connector = made.body.connector.id;
  token = made.body.token.secret;
  const user = {
    userName: `${HOSTILE}@example.com`,
    displayName: HOSTILE,
    externalId: HOSTILE,
    title: HOSTILE,
    emails: [{ value: "hostile@example.com", type: HOSTILE }],
    favouriteColour: HOSTILE,
    "urn:example:params:scim:schemas:extension:own:2.0:User": { note: HOSTILE },
  };
  person = (await askScim(origin, "/Users", token, user)).body.id;
  const members = [{ value: person }, { value: HOSTILE }];
  group = (await askScim(origin, "/Groups", token, { displayName: HOSTILE, members })).body.id;
  for (const each of [user, { displayName: HOSTILE }, { userName: HOSTILE, emails: HOSTILE }]) {
    await askScim(origin, "/Users", token, each);
  }
  await askAdmin(origin, "/keys", {
    name: HOSTILE,
    role: "operator",
    tenant: HOSTILE.slice(0, 40),
  });
  const hook = { url: "https://receiver.example/hook", name: HOSTILE };
  await askAdmin(origin, `/connectors/${connector}/webhooks`, hook);
  const scope = { tenant: HOSTILE.slice(0, 40) };
  webhook = (await askAdmin(origin, "/webhooks", { ...hook, scope })).body.id;
  admin = await visit(world, { link: await signInLink(origin) });
});

afterAll(async () => await world?.close());

/** Every page, with words that are there once it is. */
const PAGES: readonly (readonly [path: string, shown: string])[] = [
  ["/connectors", "Refused, last 24 hours"],
  ["/connectors/new", "Provider"],
  ["/connectors/{connector}/set-up", "What arrives"],
  ["/connectors/{connector}", "Callers who were not let in count as refused"],
  ["/connectors/{connector}/users", "User name"],
  ["/connectors/{connector}/users/{person}", "History"],
  ["/connectors/{connector}/groups", "Members that wait"],
  ["/connectors/{connector}/groups/{group}", "Members"],
  ["/connectors/{connector}/log", "User created"],
  ["/connectors/{connector}/log?event={event}", "Request"],
  ["/connectors/{connector}/credentials", "OAuth clients"],
  ["/connectors/{connector}/attributes", "Seen, not declared"],
  ["/connectors/{connector}/bridge", "Set the Bridge up"],
  ["/connectors/{connector}/held", "Nobody is held"],
  ["/connectors/{connector}/webhooks", "Each change is delivered there"],
  ["/connectors/{connector}/settings", "Danger zone"],
  ["/connectors/00000000-0000-7000-8000-000000000000", "There is no such thing"],
  ["/alerts", "What somebody should look at"],
  ["/health", "Requests since the first"],
  ["/webhooks", "Where changes are delivered"],
  ["/webhooks/{webhook}", "Deliveries"],
  ["/tokens", "Unused tokens"],
  ["/audit", "create connector"],
  ["/keys", "What programs call"],
  ["/sessions", "Who is signed in here"],
  ["/refusals", "Requests without a token"],
  ["/nowhere", "There is no such page"],
];

async function filled(path: string): Promise<string> {
  const { body } = await askAdmin(
    world.origin,
    `/connectors/${connector}/events?status=4xx&limit=1`,
  );
  return `/console${path
    .replace("{connector}", connector)
    .replace("{person}", person)
    .replace("{group}", group)
    .replace("{webhook}", webhook)
    .replace("{event}", body.items[0].id)}`;
}

/** How the pages are looked at: each is loaded once, and then seen in both ways. */
const LOOKS = [
  { width: 1280, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
] as const;

test.each(PAGES)("%s can be used on a screen and a phone, light and dark", async (path, shown) => {
  const { page, faults } = admin;
  faults.length = 0;
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.goto(await filled(path));
  await page.getByText(shown).first().waitFor();
  await page.waitForLoadState("networkidle");

  for (const { width, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });

    expect(await seriousFaults(page), colorScheme).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  }
  // What a client sent is text wherever it stands.
  expect(await page.locator("img[src='x'], script:not([src])").count()).toBe(0);
  expect(faults).toEqual([]);
});

describe("signing in", () => {
  test("by a link leaves nothing in the address bar, and works once", async () => {
    const link = await signInLink(world.origin);

    const { page, faults } = await visit(world, { link });
    expect(page.url()).toBe(`${world.origin}/console/connectors`);
    expect(await page.evaluate("document.cookie")).toBe("");
    const other = await visit(world);
    await other.page.goto(link);
    await other.page.getByText("This link does not work any more").waitFor();
    expect(other.page.url()).toBe(`${world.origin}/console/sign-in`);
    expect(await seriousFaults(other.page)).toEqual([]);
    expect([...faults, ...other.faults]).toEqual([]);
    await page.context().close();
    await other.page.context().close();
  });

  test("by a key shows what its role may do, and signing out ends it", async () => {
    const { body } = await askAdmin(world.origin, "/keys", { name: "Operator", role: "operator" });
    const { page } = await visit(world);
    await page.goto("/console/");
    await page.getByLabel("Key or admin token").first().fill("sgk_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();

    await page.getByLabel("Key or admin token").first().fill(body.secret);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Connectors" }).waitFor();

    const places = await page.getByRole("navigation").getByRole("link").allTextContents();
    expect(places).toEqual(["Connectors", "Alerts", "Health", "Webhooks", "Unused tokens"]);
    await page.goto(await filled("/connectors/{connector}/settings"));
    await page.getByText("Danger zone").waitFor();
    expect(await page.getByRole("button", { name: "Disable" }).count()).toBe(1);
    expect(await page.getByRole("button", { name: "Delete" }).count()).toBe(0);
    await page.goto("/console/audit");
    await page.getByText("You may not see this").waitFor();
    await page.getByRole("button", { name: "Operator" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.context().close();
  });

  test("is asked for again once an administrator ended the session", async () => {
    const { body } = await askAdmin(world.origin, "/keys", { name: "Ended", role: "operator" });
    const { page } = await visit(world, { link: await signInLink(world.origin, body.secret) });
    await page.getByRole("heading", { name: "Connectors" }).waitFor();
    const keys = await fetch(`${world.origin}/admin/v1/keys/${body.id}`, {
      method: "DELETE",
      headers: { Authorization: `Bearer fault-admin-token-of-32-characters` },
    });
    expect(keys.status).toBe(204);

    await page.getByRole("link", { name: "Unused tokens" }).click();

    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.context().close();
  });
});

describe("a new connector", () => {
  test("is made by the wizard, ticks what arrives, and explains what is refused", async () => {
    const { page, faults } = admin;
    faults.length = 0;
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto("/console/connectors/new");
    await page.getByRole("radio", { name: "Okta" }).check();
    expect(await page.getByLabel("Name").inputValue()).toBe("Okta");
    await page.getByRole("button", { name: "Make the connector" }).click();

    await page.getByText("The token is shown this once").waitFor();
    const secret = (await page.locator("code").first().textContent()) ?? "";
    expect(secret).toMatch(/^sgw_/);
    expect(await page.getByText(`Bearer ${secret}`).count()).toBe(1);
    await page.getByText("A first user: not yet").waitFor();
    const made = await askScim(world.origin, "/Users", secret, { userName: "first@example.com" });
    expect(made.status).toBe(201);
    await page.getByText("A first user: here").waitFor();
    await askScim(world.origin, "/Users", secret, { displayName: "without a name" });
    await page.getByText("The newest refusal").waitFor();
    await page
      .getByText(/"userName" is required/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Play a provider" }).click();
    await page.getByText("all steps passed").waitFor();

    await page.reload();
    await page.getByText("The token was shown when it was made").waitFor();
    expect(await page.getByText(secret).count()).toBe(0);
    expect(faults).toEqual([]);
  });
});

describe("a person", () => {
  test("is found, switched off once, and the history says by whom", async () => {
    const { page } = admin;
    await page.setViewportSize({ width: 1280, height: 900 });
    const { body } = await askScim(world.origin, "/Users", token, {
      userName: "leaver@example.com",
    });
    await page.goto(await filled("/connectors/{connector}/users"));
    await page.getByLabel("Search").fill("leav");
    await page.getByRole("link", { name: "leaver@example.com" }).click();
    await page.getByRole("button", { name: "Deactivate", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Deactivate" }).dblclick();
    await page.getByRole("button", { name: "Activate", exact: true }).waitFor();

    const events = await askAdmin(world.origin, `/connectors/${connector}/users/${body.id}/events`);
    const written = events.body.items.filter(
      ({ actor }: { actor: string | null }) => actor !== null,
    );
    expect(written.map(({ actor }: { actor: string }) => actor)).toEqual(["admin token"]);
    await page.getByText("by admin token").waitFor();
    expect(page.url()).toContain(body.id);
  });

  test("is erased once the name was written, and what goes is told in numbers", async () => {
    const { page } = admin;
    const { body } = await askScim(world.origin, "/Users", token, {
      userName: "forgotten@example.com",
    });
    await page.goto(await filled(`/connectors/{connector}/users/${body.id}`));
    await page.getByRole("button", { name: "Erase" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 user and 0 memberships go for good. In 1 event of the log").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const button = dialog.getByRole("button", { name: "Erase for good" });
    expect(await button.isDisabled()).toBe(true);

    await dialog.getByRole("textbox").fill("forgotten@example.com");
    await button.dblclick();

    await page.getByText("There is no such thing").waitFor();
    expect((await askScim(world.origin, `/Users/${body.id}`, token)).status).toBe(404);
  });
});

describe("the Bridge", () => {
  test("is set up, checked and planned for a fake Google, and runs once it is resumed", async () => {
    const provider = await startProvider("google", 6);
    const { body } = await askAdmin(world.origin, "/connectors", {
      name: "Bridge",
      preset: "google",
    });
    const { page, faults } = admin;
    faults.length = 0;
    try {
      await page.goto(`/console/connectors/${body.connector.id}/bridge`);
      await page.getByLabel("Administrator's address").fill(provider.source.adminEmail ?? "");
      await page.getByLabel("Directory API").fill(provider.source.apiBaseUrl ?? "");
      await page.getByLabel("Token address").fill(provider.source.tokenUrl ?? "");
      const file = {
        type: "service_account",
        client_email: provider.credentials.clientEmail,
        private_key: provider.credentials.privateKey,
      };
      await page.getByLabel("Key file of the service account").fill(JSON.stringify(file));
      await page.getByRole("button", { name: "Store it, paused" }).click();
      await page.getByText("paused", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Check" }).click();
      await page
        .getByText(/: good/)
        .first()
        .waitFor();
      expect(await page.getByText(/: not good/).count()).toBe(0);
      expect(await seriousFaults(page)).toEqual([]);
      await page.getByRole("button", { name: "Resume" }).click();
      await page.getByRole("button", { name: "Pause" }).waitFor();
      await page
        .getByText(/6 created/)
        .first()
        .waitFor();
      await page.getByRole("button", { name: "Dry run" }).click();
      await page.getByText("Nothing: all is as the provider has it.").waitFor();
      expect(await seriousFaults(page)).toEqual([]);
      expect(faults).toEqual([]);
    } finally {
      provider.stop();
    }
  });
});
