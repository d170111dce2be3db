import { defineConfig } from "vitest/config";

// The tests that Stryker runs for each mutant: in plain Node, quick, and the same every time.
export default defineConfig({
  test: {
    include: [
      "test/unit/*.test.ts",
      "test/unit/{scim,store,http,credentials,delivery,bridge}/**/*.test.ts",
    ],
    exclude: [
      // Thousands of random inputs, as often as there are mutants.
      "test/unit/**/{properties,property,safe-url-spellings}.test.ts",
      // These test the fakes, not the pure core.
      "test/unit/bridge/fakes/*.test.ts",
      // These speak with whole programs, or through each provider's own client.
      "test/unit/bridge/{contracts,providers}/*.test.ts",
    ],
    setupFiles: ["test/support/fixed-seed.ts"],
    environment: "node",
  },
});
