import { isDeepStrictEqual } from "node:util";
import { readPath } from "./body-path.ts";
import type { Expectation, Json } from "./exchange.ts";

/** An HTTP answer with its body read; `body` is undefined when there was none or it was no JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json | undefined;
}

/** The ways in which an answer differs from what its exchange expects, each as one line. */
export function findDifferences(answer: Answer, expected: Expectation): string[] {
  return [
    ...differenceOf("status", expected.status, answer.status),
    ...Object.entries(expected.headers).flatMap(([name, pattern]) =>
      mismatchOf(`header ${name}`, pattern, answer.headers.get(name) ?? undefined),
    ),
    ...Object.entries(expected.body).flatMap(([path, value]) =>
      differenceOf(path, value, readPath(answer.body, path)),
    ),
    ...Object.entries(expected.types).flatMap(([path, type]) =>
      differenceOf(`type of ${path}`, type, typeOf(readPath(answer.body, path))),
    ),
    ...Object.entries(expected.matches).flatMap(([path, pattern]) =>
      mismatchOf(path, pattern, readPath(answer.body, path)),
    ),
    ...expected.absent.flatMap((path) =>
      differenceOf(path, undefined, readPath(answer.body, path)),
    ),
  ];
}

function differenceOf(what: string, expected: Json | undefined, got: Json | undefined): string[] {
  return isDeepStrictEqual(got, expected)
    ? []
    : [`${what}: expected ${show(expected)}, got ${show(got)}`];
}

function mismatchOf(what: string, pattern: string, got: Json | undefined): string[] {
  const isMatch = typeof got === "string" && new RegExp(pattern).test(got);
  return isMatch ? [] : [`${what}: expected a match of /${pattern}/, got ${show(got)}`];
}

function typeOf(value: Json | undefined): string {
  return Number.isInteger(value) ? "integer" : typeof value;
}

function show(value: Json | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
