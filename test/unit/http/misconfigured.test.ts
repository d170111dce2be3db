import { afterEach, expect, test, vi } from "vitest";
import { refuseAll } from "#http/misconfigured.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("every request is 503 with the reason, which is logged once", async () => {
  const said = vi.spyOn(console, "error").mockReturnValue();
  const detail = "ADMIN_TOKEN must have at least 32 characters.";
  const app = refuseAll(new Error(detail));

  const answers = [app.fetch(), app.fetch()];

  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ status: "failing", detail });
  }
  expect(said.mock.calls).toEqual([
    [JSON.stringify({ message: "variables make no sense", detail })],
  ]);
});
