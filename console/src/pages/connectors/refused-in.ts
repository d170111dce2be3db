import type { Schemas } from "../../api/client.ts";

type Counted = Pick<Schemas["Activity"]["items"][number], "requests" | "refusals">;

/** How many requests an hour or a day refused: of whoever was let in, and of whoever was not. */
export function refusedIn({ requests, refusals }: Counted): number {
  return requests["4xx"] + requests["5xx"] + refusals["4xx"] + refusals["5xx"];
}
