import { aPatch, aUser } from "#test/support/gateway.ts";
import { adding, aGroup, listOf, removing } from "#test/support/scim/groups.ts";
import type { Step } from "./life.ts";

/** Every write that a group can meet, each with what it has to be answered; ada, bob and cyd are users. */
export function groupSteps(seed: number, isDeleted: boolean): readonly Step[] {
  const own = { path: "/Groups/{id}" };
  const named = { displayName: `Group ${seed}`, externalId: `g-${seed}` };
  const group = aGroup({ ...named, members: listOf(["{ada}", `late-${seed}`]) });
  const members = listOf(["{ada}", "{bob}"]);
  const put = { ...own, method: "PUT", body: { ...group, members } };
  const rename = { op: "replace", path: "displayName", value: `Renamed ${seed}` };
  const patch = (...operations: readonly object[]) => {
    return { ...own, method: "PATCH", body: aPatch(...operations) };
  };
  const post = { method: "POST", path: "/Groups" };
  const remove = { ...own, method: "DELETE" };
  const swap = patch(removing("{ada}"), adding("{cyd}"));
  // The member that the group waits for arrives under the value that it was given.
  const late = { method: "POST", path: "/Users", body: aUser({ externalId: `late-${seed}` }) };
  const end = [
    { ...remove, status: 204, raises: ["group.deleted"] },
    { ...patch(adding("{ada}")), status: 404 },
    { ...remove, status: 404 },
  ];
  return [
    { ...post, body: group, status: 201, raises: ["group.created", joined("ada")], names: "id" },
    { ...patch(adding("{bob}")), status: 204, raises: [joined("bob")] },
    { ...late, status: 201, raises: [joined("late")], names: "late" },
    { ...patch(rename), status: 204, raises: ["group.updated"] },
    { ...swap, status: 204, raises: [left("ada"), joined("cyd")] },
    { ...patch(adding("{cyd}")), status: 204 },
    { ...post, body: aGroup({ displayName: `RENAMED ${seed}` }), status: 409 },
    { ...put, status: 200, raises: ["group.updated", joined("ada"), left("cyd"), left("late")] },
    { ...patch(adding("{late}")), status: 204, raises: [joined("late")] },
    { method: "DELETE", path: "/Users/{late}", status: 204, raises: [left("late")] },
    ...(isDeleted ? end : []),
  ];
}

function joined(name: string): string {
  return `group.member_added ${name}`;
}

function left(name: string): string {
  return `group.member_removed ${name}`;
}
