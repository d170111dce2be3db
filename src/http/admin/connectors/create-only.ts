import { type InputFault, Problem } from "#http/admin/call/problem.ts";
import { refuseCreateOnly } from "#scim/rules/create-only.ts";
import { resourceTypesOf } from "#scim/schema/custom.ts";
import type { SomeSettings } from "#scim/settings.ts";

/** Refuses with 400 a setting `createOnly` that names what users of a connector with these attributes have not. */
export function checkCreateOnly(
  { createOnly }: Pick<SomeSettings, "createOnly">,
  attributes: string,
): void {
  if (createOnly === undefined || createOnly.length === 0) return;
  const { User: type } = resourceTypesOf(attributes);
  const faults = createOnly.flatMap((path, at): InputFault[] => {
    const detail = refuseCreateOnly(type, path);
    return detail === undefined ? [] : [{ pointer: `#/settings/createOnly/${at}`, detail }];
  });
  const [first] = faults;
  if (first === undefined) return;
  throw new Problem("invalidBody", `settings.createOnly: ${first.detail}`, {}, faults);
}
