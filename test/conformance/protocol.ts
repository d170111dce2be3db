import { isObject, readPath } from "./body-path.ts";
import type { Answer } from "./check.ts";
import type { Json } from "./exchange.ts";

/** What every answer must keep to, whoever asked: one line for each rule it breaks. */
export function findViolations(answer: Answer, base: string, sent: Json | undefined): string[] {
  return [
    ...violationsOfForm(answer),
    ...(answer.status >= 400 ? violationsOfError(answer) : []),
    ...violationsOfLocation(answer, base),
    ...violationsOfSecrecy(answer, sent),
    ...violationsOfNames(answer.body),
  ];
}

/** RFC 7644 §3.1 and §8.1: the media type; RFC 9110 §15.3.5: a 204 has no content. */
function violationsOfForm({ status, headers, text, body }: Answer): string[] {
  if (status === 204) return text === "" ? [] : ["a 204 answer has a body"];
  const type = headers.get("content-type") ?? "none";
  return [
    ...(/^application\/scim\+json\b/.test(type) ? [] : [`the content type is ${type}`]),
    ...(body === undefined ? ["the body is not JSON"] : []),
  ];
}

/** RFC 7644 §3.12: an error names its schema and repeats its status as a string. */
function violationsOfError({ status, body }: Answer): string[] {
  const schemas = JSON.stringify(readPath(body, "schemas"));
  const detail = readPath(body, "detail");
  return [
    ...(schemas === '["urn:ietf:params:scim:api:messages:2.0:Error"]'
      ? []
      : [`the schemas of an error are ${schemas}`]),
    ...(readPath(body, "status") === String(status)
      ? []
      : [`the status member of an error is not the string "${status}"`]),
    ...(typeof detail === "string" && detail !== "" ? [] : ["an error has no detail"]),
  ];
}

/** RFC 7644 §3.3: Location equals meta.location; it lies under the base path that the client used. */
function violationsOfLocation({ status, headers, body }: Answer, base: string): string[] {
  const location = readPath(body, "meta.location");
  const header = headers.get("location");
  return [
    ...(typeof location === "string" && !location.startsWith(`${base}/`)
      ? [`meta.location ${location} does not begin with ${base}/`]
      : []),
    ...(status === 201 && (header === null || header !== location)
      ? [`Location is ${header} and meta.location is ${JSON.stringify(location)}`]
      : []),
  ];
}

/** RFC 7643 §4.1.1: a password is never returned, under its name or any other. */
function violationsOfSecrecy({ text }: Answer, sent: Json | undefined): string[] {
  return [
    ...(/"password"\s*:/i.test(text) ? ["the answer has a password member"] : []),
    ...(passwordsIn(sent).some((password) => text.includes(password))
      ? ["the answer repeats the password that was sent"]
      : []),
  ];
}

/**
 * RFC 7643 §2.1 and §3.1: a member is a plain name or the URN of an extension, never a path such as
 * `name.givenName` stored flat; §2.5: what is unassigned is left out, not null.
 */
function violationsOfNames(body: Json | undefined): string[] {
  return membersOf(body).flatMap(([name, value]) => [
    ...(/^(?:\$?[a-z][\w-]*|urn:[\w:.-]+:(?:User|Group))$/i.test(name)
      ? []
      : [`a member is named "${name}"`]),
    ...(value === null ? [`"${name}" is null`] : []),
  ]);
}

function passwordsIn(sent: Json | undefined): string[] {
  return membersOf(sent).flatMap(([name, value]) =>
    name === "password" && typeof value === "string" ? [value] : [],
  );
}

/** Every name and value of every object inside a JSON value. */
function membersOf(value: Json | undefined): [string, Json][] {
  if (Array.isArray(value)) return value.flatMap(membersOf);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => [[name, each], ...membersOf(each)]);
}
