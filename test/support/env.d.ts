/// <reference types="@cloudflare/vitest-pool-workers/types" />

// Merges into the generated Env: the worker project gets the migrations as a binding, and `long` as
// FAULTS where the fault suite is to play its long form.
declare namespace Cloudflare {
  interface Env {
    TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
    FAULTS: string;
  }
}
