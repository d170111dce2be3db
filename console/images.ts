// Makes the pictures of the manual from the running console: `npm run docs:images` writes docs/images anew.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/lib/project.js";
import { askAdmin, askScim, openWorld, signInLink, visit } from "./test/browser/world.ts";

const FOLDER = join(ROOT, "docs/images");

const SIZE = { width: 1200, height: 760 };

const PRESETS = [
  ["okta", "Okta"],
  ["entra", "Microsoft Entra ID"],
  ["google", "Google Workspace"],
  ["onelogin", "OneLogin"],
  ["jumpcloud", "JumpCloud"],
] as const;

const PEOPLE = [
  "Ada Lovelace",
  "Grace Hopper",
  "Alan Turing",
  "Katherine Johnson",
  "Edsger Dijkstra",
];

mkdirSync(FOLDER, { recursive: true });
const world = await openWorld();
try {
  await makePictures();
} finally {
  await world.close();
}

async function makePictures(): Promise<void> {
  const { origin } = world;
  const connectors = new Map<string, string>();
  for (const [preset, name] of PRESETS.toReversed()) {
    const { body } = await askAdmin(origin, "/connectors", { name, preset, tenant: "acme" });
    connectors.set(preset, body.connector.id);
    if (preset === "okta") await fill(body.token.secret);
  }
  const { page } = await visit(world, { link: await signInLink(origin), width: SIZE.width });
  await page.setViewportSize(SIZE);
  const take = async (name: string, path: string, shown: string) => {
    await page.goto(`/console${path}`);
    await page.getByText(shown).first().waitFor();
    await page.waitForLoadState("networkidle");
    await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: "disabled" });
  };
  const okta = `/connectors/${connectors.get("okta")}`;
  await take("connectors", "/connectors", "Okta");
  await take("event-log", `${okta}/log`, "User not created");
  await take("users", `${okta}/users`, "ada@example.com");
  for (const [preset] of PRESETS) {
    await take(
      `set-up-${preset}`,
      `/connectors/${connectors.get(preset)}/set-up`,
      "At the provider",
    );
  }
}

/** What a provider would have sent by now, a refusal among it. */
async function fill(token: string): Promise<void> {
  const ids: string[] = [];
  for (const displayName of PEOPLE) {
    const [givenName = "", familyName = ""] = displayName.split(" ");
    const userName = `${givenName.toLowerCase()}@example.com`;
    const user = { userName, displayName, name: { givenName, familyName }, active: true };
    ids.push((await askScim(world.origin, "/Users", token, user)).body.id);
  }
  const members = ids.slice(0, 3).map((value) => ({ value }));
  await askScim(world.origin, "/Groups", token, { displayName: "Engineering", members });
  await askScim(world.origin, "/Users", token, { userName: "ada@example.com" });
}
