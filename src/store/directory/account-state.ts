import { and, eq, isNotNull, isNull, type SQL } from "drizzle-orm";
import { resources } from "#store/schema.ts";
import { literal } from "#store/statement.ts";

/** How far users are on their way into the application: each state has an index of its own. */
export const ACCOUNT_STATES = ["pending", "registered", "unclaimed"] as const;

/** One of them. */
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** The condition on `resources` that a user is in a state, as its index has it. */
export function accountCondition(state: AccountState): SQL | undefined {
  switch (state) {
    case "pending":
      return and(isNull(resources.registeredAt), eq(resources.type, literal("User")));
    case "registered":
      return isNotNull(resources.registeredAt);
    case "unclaimed":
      return and(
        isNotNull(resources.unclaimedVersion),
        eq(resources.unclaimedVersion, resources.version),
      );
  }
}
