import { randomBytes } from "node:crypto";

/** The secrets that wrangler.toml requires, and how a value of each is made. */
export const SECRET_MAKERS = {
  ADMIN_TOKEN: () => randomBytes(32).toString("base64url"),
  ENCRYPTION_KEYS: () => `k1:${randomBytes(32).toString("base64url")}`,
};
