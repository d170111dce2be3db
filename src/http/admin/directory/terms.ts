import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { Problem, unfitParameters } from "#http/admin/call/problem.ts";
import type { AppEnv } from "#http/request/services.ts";
import { Refusal } from "#http/response/error.ts";
import { ScimError } from "#scim/error.ts";

/** Refuses in the admin API's words what a SCIM call would refuse, such as a broken filter. */
export async function refused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) {
      const { status, detail } = error.error;
      throw new Problem(status as ContentfulStatusCode, detail, error.headers);
    }
    if (!(error instanceof ScimError)) throw error;
    if (error.scimType === "invalidFilter") throw unfitParameters(["filter"], error.detail);
    // Each ScimError is made with the status of an error, which may have content.
    throw new Problem(error.status as ContentfulStatusCode, error.detail);
  }
}

/** Ids are written in lower case, and read in any. */
export function idOf(context: Context<AppEnv>, name: string): string {
  return (context.req.param(name) ?? "").toLowerCase();
}
