import { defineConfig } from "vitest/config";

// The tests that Stryker runs once for each mutant: quick, in plain Node, and the same every time.
export default defineConfig({
  test: {
    include: [
      "test/unit/*.test.ts",
      "test/unit/scim/*.test.ts",
      "test/unit/bridge/*.test.ts",
      "test/unit/delivery/*.test.ts",
    ],
    exclude: [
      // Random inputs would let a mutant survive one run and die in the next.
      "test/unit/**/*-properties.test.ts",
      "test/unit/bridge/plan-property.test.ts",
      // These test the fakes and the scripts, not the pure core.
      "test/unit/bridge/fake-directory*.test.ts",
      "test/unit/bridge/fixtures.test.ts",
      "test/unit/{deploy-config,dev-vars,test-summary}.test.ts",
    ],
    environment: "node",
  },
});
