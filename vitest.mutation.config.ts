import { defineConfig } from "vitest/config";

// The tests that Stryker runs for each mutant: in plain Node, quick, and the same every time.
export default defineConfig({
  test: {
    include: [
      "test/unit/*.test.ts",
      "test/unit/scim/*.test.ts",
      "test/unit/bridge/*.test.ts",
      "test/unit/delivery/*.test.ts",
    ],
    exclude: [
      // Thousands of random inputs, as often as there are mutants.
      "test/unit/**/*-{properties,property,spellings}.test.ts",
      // These test the fakes and the scripts, not the pure core.
      "test/unit/bridge/{fake-directory,fake-directory-server,fixtures}.test.ts",
      "test/unit/{deploy-config,dev-vars,test-summary}.test.ts",
    ],
    setupFiles: ["test/support/fixed-seed.ts"],
    environment: "node",
  },
});
