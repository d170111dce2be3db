import { describe, expect, test } from "vitest";
import { routePathOf } from "#http/scim/path.ts";

const BASE_PATHS = ["/api/connect/v1/scim/2.0", "/scim/v2", "/scim/users", "/scim"];

const pathOf = (path: string) =>
  routePathOf(new Request(`https://scim.example.com${path}`), BASE_PATHS);

describe("F6: a path finds its route however it is spelled", () => {
  test.each([
    ["/scim/v2//Users", "/scim/v2/Users"],
    ["//scim/v2/Users/", "/scim/v2/Users"],
    ["/scim///v2/Users//Ab-1//", "/scim/v2/Users/Ab-1"],
    ["/scim/v2/Users//", "/scim/v2/Users"],
    ["/scim/v2//", "/scim/v2"],
    ["/scim/v2/Users//.SEARCH", "/scim/v2/Users/.search"],
    ["/scim/v2/.Search", "/scim/v2/.search"],
    ["/scim/v2/users/Ab-1", "/scim/v2/Users/Ab-1"],
    ["/scim/v2/GROUPS?filter=a//b", "/scim/v2/Groups"],
    ["/scim/v2/serviceproviderconfig", "/scim/v2/ServiceProviderConfig"],
    ["/scim/v2/resourcetypes/User", "/scim/v2/ResourceTypes/User"],
    ["/scim/v2/SCHEMAS//urn:x", "/scim/v2/Schemas/urn:x"],
    ["/scim/v2/bulk", "/scim/v2/Bulk"],
    ["/scim/v2/ME", "/scim/v2/Me"],
    ["/scim/users", "/scim/users"],
    ["/scim/Users", "/scim/Users"],
    ["/scim/USERS/x", "/scim/Users/x"],
    ["/api/connect/v1/scim/2.0//groups", "/api/connect/v1/scim/2.0/Groups"],
    ["//oauth//token/", "/oauth/token"],
    ["//admin//v1/connectors/", "/admin/v1/connectors"],
    ["//", "/"],
    ["/", "/"],
  ])("%s is %s", (path, expected) => {
    expect(pathOf(path)).toBe(expected);
  });

  test.each([
    "/Scim/v2/Users",
    "/admin/v1/CONNECTORS",
    "/scim/v2/Schemas/.SEARCH",
    "/scim/v2/x/Users",
  ])("%s is left as it is", (path) => {
    expect(pathOf(path)).toBe(path);
  });

  test("an encoded slash stays a part of an id", () => {
    expect(pathOf("/scim/v2/Users/a%2F%2Fb")).toBe("/scim/v2/Users/a%2F%2Fb");
  });
});
