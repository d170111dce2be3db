import { bodyOf, person } from "./people.js";

/**
 * @typedef {import("./client.js").Call} Call
 * @typedef {{ ids: readonly string[], users: number, tag: string }} World
 * @typedef {{ name: string, least: number, isFloor?: true, callAt: (world: World) => (n: number) => Call }} Operation
 */

const PAGE = 100;
/** A client looks a user up before it changes it: these are few enough to be remembered all the time. */
const SEEN = 64;

/**
 * Every user is switched off, then every one on again.
 *
 * @param {readonly string[]} ids
 * @returns {(n: number) => Call}
 */
const patchActive = (ids) => (n) => ({
  method: "PATCH",
  path: `/Users/${ids[n % ids.length]}`,
  body: {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", value: { active: Math.floor(n / ids.length) % 2 === 1 } }],
  },
});

/**
 * What is measured of every server; the floor does those that are one look-up. Order matters: what
 * makes users comes last.
 *
 * @type {readonly Operation[]}
 */
export const OPERATIONS = [
  {
    name: "get",
    least: 64,
    isFloor: true,
    callAt:
      ({ ids }) =>
      (n) => ({ path: `/Users/${ids[n % ids.length]}` }),
  },
  {
    name: "filter hit",
    least: 64,
    isFloor: true,
    callAt:
      ({ users }) =>
      (n) => ({ path: filterPath(person.userName((n * 7919) % users)) }),
  },
  {
    name: "filter miss",
    least: 64,
    isFloor: true,
    callAt: () => (n) => ({ path: filterPath(`nobody${n}@example.com`) }),
  },
  {
    name: "list 100",
    least: 16,
    callAt: () => () => ({ path: `/Users?startIndex=1&count=${PAGE}` }),
  },
  {
    name: "list 100 deep",
    least: 16,
    callAt:
      ({ users }) =>
      () => ({ path: `/Users?startIndex=${users - 2 * PAGE + 1}&count=${PAGE}` }),
  },
  {
    name: "patch active",
    least: 64,
    callAt: ({ ids }) => patchActive(ids.slice(0, SEEN)),
  },
  {
    name: "patch active, unseen",
    least: 64,
    callAt: ({ ids }) => patchActive(ids.slice(SEEN)),
  },
  {
    name: "create",
    least: 64,
    callAt:
      ({ tag }) =>
      (n) => ({
        method: "POST",
        path: "/Users",
        body: bodyOf(`new-${tag}-${n}@example.com`),
        status: 201,
      }),
  },
];

/**
 * Asks for the users of one name, or of another attribute's value.
 *
 * @param {string} value
 * @param {string} [attribute]
 */
export function filterPath(value, attribute = "userName") {
  return `/Users?filter=${encodeURIComponent(`${attribute} eq "${value}"`)}`;
}
