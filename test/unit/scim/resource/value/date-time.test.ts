import { describe, expect, test } from "vitest";
import { parseDateTime } from "#scim/resource/value/date-time.ts";

describe("parseDateTime", () => {
  test.each([
    ["2011-05-13T04:42:34Z", Date.UTC(2011, 4, 13, 4, 42, 34)],
    ["2011-05-13t04:42:34.125z", Date.UTC(2011, 4, 13, 4, 42, 34, 125)],
    ["2011-05-13T04:42:34.1234567+02:00", Date.UTC(2011, 4, 13, 2, 42, 34, 123)],
    ["2024-02-29T00:00:00-11:30", Date.UTC(2024, 1, 29, 11, 30)],
    ["2000-02-29T00:00:00Z", Date.UTC(2000, 1, 29)],
  ])("reads %s", (text, milliseconds) => {
    expect(parseDateTime(text)).toBe(milliseconds);
  });

  test.each([
    "nope",
    "",
    "2011-05-13",
    "2011-05-13T04:42:34",
    "2011-05-13 04:42:34Z",
    "2011-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2011-13-01T00:00:00Z",
    "2011-05-13T24:00:00Z",
    "2011-05-13T04:60:00Z",
    "2011-05-13T04:42:34+0200",
    " 2011-05-13T04:42:34Z",
    "Fri, 13 May 2011 04:42:34 GMT",
  ])("refuses %j, which names no instant", (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });
});
