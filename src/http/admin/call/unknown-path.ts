import type { Context } from "hono";
import type { AppEnv } from "#http/request/services.ts";
import type { AdminOperation } from "./operation.ts";
import { Problem } from "./problem.ts";

/** Answers what no call of an API below `base` is: 405 with the methods that its path knows, else 404. */
export function refuseUnknownPath(
  base: string,
  operations: Readonly<Record<string, AdminOperation>>,
): (context: Context<AppEnv>) => never {
  return ({ req }) => {
    const methods = methodsOf(req.path.slice(base.length), Object.values(operations));
    if (methods.length === 0)
      throw new Problem("noSuchCall", `There is no such call below ${base}.`);
    const allowed = methods.join(", ");
    throw new Problem(405, `Nothing here answers ${req.method}; try ${allowed}.`, {
      Allow: allowed,
    });
  };
}

/** The methods that a path below the base knows. */
function methodsOf(path: string, operations: readonly AdminOperation[]): readonly string[] {
  const known = operations.filter((operation) => {
    const steps = operation.path.split("/");
    const given = path.split("/");
    return (
      steps.length === given.length &&
      steps.every((step, at) => step === given[at] || (step.startsWith(":") && given[at] !== ""))
    );
  });
  const methods = new Set(known.map(({ method }) => method));
  return [...methods, ...(methods.has("GET") ? ["HEAD"] : [])];
}
