// Makes the pictures of the manual from the running console: `npm run docs:images` writes docs/images anew.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/lib/project.js";
import { seed } from "./seed.ts";
import { openWorld, signInLink, visit } from "./test/browser/world.ts";

const FOLDER = join(ROOT, "docs/images");

const SIZE = { width: 1200, height: 760 };

const PRESETS = ["okta", "entra", "google", "onelogin", "jumpcloud"] as const;

mkdirSync(FOLDER, { recursive: true });
const world = await openWorld();
try {
  await makePictures();
} finally {
  await world.close();
}

async function makePictures(): Promise<void> {
  const { connectors, people, provider } = await seed(world);
  try {
    const link = await signInLink(world.origin);
    const { page } = await visit(world, { link, width: SIZE.width });
    await page.setViewportSize(SIZE);
    const take = async (name: string, path: string, shown: string) => {
      await page.goto(`/console${path}`);
      await page.getByText(shown).first().waitFor();
      await page.waitForLoadState("networkidle");
      await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: "disabled" });
    };
    const of = (preset: string) => `/connectors/${connectors.get(preset)}`;
    await take("connectors", "/connectors", "Okta");
    await take("connector", `${of("okta")}?range=month`, "Requests over time");
    await take("event-log", `${of("okta")}/log`, "User not created");
    await take("users", `${of("okta")}/users`, "ada@example.com");
    await take("person", `${of("okta")}/users/${people[0]}`, "Account in the application");
    await take("bridge", `${of("google")}/bridge`, "created");
    await take("health", "/health", "Requests since the first");
    for (const preset of PRESETS) {
      await take(`set-up-${preset}`, `${of(preset)}/set-up`, "At the provider");
    }
  } finally {
    provider.stop();
  }
}
