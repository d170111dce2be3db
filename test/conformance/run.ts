import { readPath } from "./body-path.ts";
import { type Answer, findDifferences } from "./check.ts";
import type { Exchange, ExchangeFile, Expectation, Json } from "./exchange.ts";
import type { Server } from "./harness.ts";
import { findViolations } from "./protocol.ts";

/** One client talking to a connector of its own; `variables` grows by what exchanges save. */
export interface Session {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly variables: Map<string, string>;
}

/** Makes the connector that the exchanges of one file share. */
export async function openSession(server: Server, file: ExchangeFile): Promise<Session> {
  const { scimBaseUrl, token } = await server.createConnector(file);
  const base = file.basePath === undefined ? scimBaseUrl : `${server.origin}${file.basePath}`;
  return {
    base,
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/scim+json",
      ...file.headers,
    },
    variables: new Map([["base", base]]),
  };
}

/** Sends an exchange's request and its read back; returns what was wrong, one line per fault. */
export async function playExchange(session: Session, exchange: Exchange): Promise<string[]> {
  const faults: string[] = [];
  for (let n = 1; n <= exchange.times; n += 1) {
    session.variables.set("n", String(n));
    faults.push(...(await playOnce(session, exchange)));
  }
  return faults;
}

/** Puts saved values in place of `{{name}}` in every text of a JSON value. */
export function fill<Value>(value: Value, variables: Session["variables"]): Value {
  const filled = JSON.stringify(value).replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const text = variables.get(name);
    if (text === undefined) throw new Error(`no earlier exchange saved {{${name}}}`);
    return JSON.stringify(text).slice(1, -1);
  });
  return JSON.parse(filled);
}

async function playOnce(session: Session, exchange: Exchange): Promise<string[]> {
  const faults = await ask(session, exchange.request, exchange.expect, exchange.save);
  if (exchange.readBack === undefined) return faults;
  const { path, ...expected } = exchange.readBack;
  const read = await ask(session, { method: "GET", path, headers: {} }, expected, {});
  return [...faults, ...read.map((fault) => `read back: ${fault}`)];
}

async function ask(
  { base, headers, variables }: Session,
  template: Exchange["request"],
  expected: Expectation,
  save: Exchange["save"],
): Promise<string[]> {
  const request = fill(template, variables);
  const answer = await send(base, headers, request);
  const faults = [
    ...findDifferences(answer, fill(expected, variables)),
    ...findViolations(answer, base, request.body),
    ...saveValues(answer, save, variables),
  ];
  if (faults.length === 0) return [];
  return [
    ...faults,
    `${request.method} ${request.path} was answered ${answer.status} ${answer.text}`,
  ];
}

async function send(
  base: string,
  headers: Session["headers"],
  request: Exchange["request"],
): Promise<Answer> {
  const response = await fetch(base + request.path, {
    method: request.method,
    headers: { ...headers, ...request.headers },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function saveValues(
  answer: Answer,
  save: Exchange["save"],
  variables: Session["variables"],
): string[] {
  return Object.entries(save).flatMap(([name, path]) => {
    const value = readPath(answer.body, path);
    if (typeof value !== "string") return [`${path}: expected a text to save as {{${name}}}`];
    variables.set(name, value);
    return [];
  });
}
