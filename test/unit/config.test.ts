import { describe, expect, test } from "vitest";
import { readAccess } from "#http/access-config.ts";

const ACCESS = {
  ACCESS_TEAM_DOMAIN: "acme.cloudflareaccess.com",
  ACCESS_AUD: "f00d",
  ACCESS_ADMIN_EMAILS: "",
};

describe("Cloudflare Access", () => {
  test.each<[string, Partial<typeof ACCESS>, string]>([
    ["a list that names nobody", { ACCESS_ADMIN_EMAILS: ", ," }, "ACCESS_ADMIN_EMAILS"],
    ["a list of blanks", { ACCESS_ADMIN_EMAILS: " " }, "ACCESS_ADMIN_EMAILS"],
    ["a list of no-break spaces", { ACCESS_ADMIN_EMAILS: "\u00a0" }, "ACCESS_ADMIN_EMAILS"],
    ["a name without a domain", { ACCESS_ADMIN_EMAILS: "boss" }, "boss"],
    ["a pattern", { ACCESS_ADMIN_EMAILS: "*@example.com" }, "*@example.com"],
    ["other separators", { ACCESS_ADMIN_EMAILS: "a@example.com;b@example.com" }, "a@example.com;"],
    ["blanks as separators", { ACCESS_ADMIN_EMAILS: "a@example.com b@example.com" }, "a@example"],
    ["everybody and somebody", { ACCESS_ADMIN_EMAILS: "*,a@example.com" }, "*"],
    ["a team without an audience", { ACCESS_AUD: "" }, "ACCESS_AUD"],
    ["an audience without a team", { ACCESS_TEAM_DOMAIN: "" }, "ACCESS_TEAM_DOMAIN"],
    [
      "administrators without Access",
      { ACCESS_TEAM_DOMAIN: "", ACCESS_AUD: "", ACCESS_ADMIN_EMAILS: "a@example.com" },
      "ACCESS_ADMIN_EMAILS",
    ],
    ["a team as a URL", { ACCESS_TEAM_DOMAIN: "https://acme.cloudflareaccess.com" }, "https://"],
    ["a team's bare name", { ACCESS_TEAM_DOMAIN: "acme" }, "ACCESS_TEAM_DOMAIN"],
    ["an audience with a blank", { ACCESS_AUD: "f00d " }, "ACCESS_AUD"],
  ])("%s refuses to start, and says what is wrong", (_what, changed, named) => {
    expect(() => readAccess({ ...ACCESS, ...changed })).toThrow(named);
  });

  test.each<[string, "everybody" | readonly string[]]>([
    ["", []],
    ["*", "everybody"],
    [" * ,", "everybody"],
    ["Boss@Example.com, b@example.com,", ["boss@example.com", "b@example.com"]],
  ])("ACCESS_ADMIN_EMAILS = %j", (list, expected) => {
    const { administrators } = readAccess({ ...ACCESS, ACCESS_ADMIN_EMAILS: list }) ?? {};

    expect(administrators).toEqual(expected === "everybody" ? expected : new Set(expected));
  });

  test("a team in capitals is the same team", () => {
    const { teamDomain } =
      readAccess({ ...ACCESS, ACCESS_TEAM_DOMAIN: "ACME.cloudflareaccess.com" }) ?? {};

    expect(teamDomain).toBe("acme.cloudflareaccess.com");
  });

  test("nothing set is no Access", () => {
    expect(
      readAccess({ ACCESS_TEAM_DOMAIN: "", ACCESS_AUD: "", ACCESS_ADMIN_EMAILS: "" }),
    ).toBeUndefined();
  });
});
