import { describe, expect, test } from "vitest";
import { parseBulkRequest } from "#scim/bulk/bulk.ts";
import type { BulkOperation } from "#scim/bulk/operation.ts";
import { planOperations } from "#scim/bulk/plan.ts";
import { referencesOf, withoutReferences } from "#scim/bulk/reference.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";

function operationsOf(...operations: readonly JsonObject[]): readonly BulkOperation[] {
  return parseBulkRequest({ Operations: operations }, { strict: false }).operations;
}

function post(bulkId: string, ...members: readonly string[]): JsonObject {
  const data = { displayName: bulkId, members: members.map((value) => ({ value })) };
  return { method: "POST", path: "/Groups", bulkId, data };
}

function patch(id: string, value: JsonValue = "x"): JsonObject {
  const data = { Operations: [{ op: "add", path: "members", value }] };
  return { method: "PATCH", path: `/Groups/${id}`, data };
}

/** The positions in their planned order, and behind a stroke those that are refused. */
function planOf(...operations: readonly JsonObject[]): string {
  const planned = planOperations(operationsOf(...operations));
  const isRefused = ({ operation }: (typeof planned)[number]) =>
    operation.action.kind === "refused";
  const order = planned.filter((each) => !isRefused(each)).map(({ position }) => position);
  const refused = planned.filter(isRefused).map(({ position }) => position);
  return [order.join(" "), ...(refused.length > 0 ? [refused.join(" ")] : [])].join(" / ");
}

describe("planOperations", () => {
  test("keeps the order of the request where nothing refers forward", () => {
    expect(planOf(post("a"), post("b", "bulkId:a"), patch("bulkId:b"), post("c"))).toBe("0 1 2 3");
  });

  test("lets what refers forward wait, and moves nothing else", () => {
    expect(planOf(post("a", "bulkId:c"), post("b"), post("c"), post("d"))).toBe("1 2 3 0");
  });

  test("follows references through several operations", () => {
    expect(planOf(post("a", "bulkId:b"), post("b", "bulkId:c"), post("c"))).toBe("2 1 0");
  });

  test("lets nothing overtake what waits on the same resource", () => {
    const remove = { method: "DELETE", path: "Groups/1" };

    expect(planOf(patch("1", "bulkId:a"), remove, post("a"))).toBe("2 0 1");
  });

  test("refuses a circle, and what waits for it, and performs the rest", () => {
    const circle = [post("a", "bulkId:b"), post("b", "bulkId:a")];

    expect(planOf(...circle, post("c", "bulkId:a"), post("d"))).toBe("3 / 0 1 2");
  });

  test("refuses what refers to itself with 409", () => {
    const [planned] = planOperations(operationsOf(post("a", "bulkId:a")));

    expect(planned?.operation.action).toMatchObject({ kind: "refused", error: { status: 409 } });
  });

  test("leaves a reference to nothing to its operation", () => {
    expect(planOf(post("a", "bulkId:nobody"), post("b"))).toBe("0 1");
  });

  test("plans a thousand operations that each refer to the next", () => {
    const chain = Array.from({ length: 999 }, (_, n) => post(`${n}`, `bulkId:${n + 1}`));

    const planned = planOperations(operationsOf(...chain, post("999")));

    expect(planned.map(({ position }) => position)).toEqual(
      Array.from({ length: 1_000 }, (_, n) => 999 - n),
    );
  });
});

describe("references", () => {
  const ids = new Map([["a", "id-a"]]);

  function resolve(...operations: readonly JsonObject[]) {
    return operationsOf(...operations).map((operation) => {
      const { data, action } = withoutReferences(operation, referencesOf(operation), ids);
      return { data, action };
    });
  }

  test("are replaced at any depth of the data, and in the path", () => {
    const [resolved] = resolve(patch("bulkId:a", [{ value: "bulkId:a" }, "bulkId:a", "plain", 1]));

    expect(resolved?.action).toMatchObject({ id: "id-a" });
    expect(resolved?.data).toEqual({
      Operations: [{ op: "add", path: "members", value: [{ value: "id-a" }, "id-a", "plain", 1] }],
    });
  });

  test("are whole strings only", () => {
    const data = { displayName: "see bulkId:a", members: [{ value: "BULKID:a" }] };

    const [resolved] = resolve({ method: "POST", path: "/Groups", bulkId: "g", data });

    expect(resolved?.data).toEqual(data);
  });

  test.each([
    ["in the data", patch("1", "bulkId:b")],
    ["in the path", patch("bulkId:b")],
  ])("to nothing %s are refused with 409 and named", (_where, operation) => {
    let refusal: unknown;
    try {
      resolve(operation);
    } catch (error) {
      refusal = error;
    }

    expect(refusal).toBeInstanceOf(ScimError);
    expect(refusal).toMatchObject({ status: 409, detail: expect.stringContaining('"b"') });
  });
});
