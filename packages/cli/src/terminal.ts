import type { Gateway } from "../../client/src/gateway.ts";
import { usageFailure } from "./failure.ts";

/** What a command has of the world around it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
  readonly readText: (file: string) => Promise<string>;
  /** Adds a line to a file that its owner alone may read. */
  readonly appendPrivately: (file: string, line: string) => Promise<void>;
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly fetch?: NonNullable<Gateway["fetch"]>;
}

/** The gateway that the environment names. The key is no argument: others see those. */
export function gatewayOf({ env, fetch }: Terminal, url: string | undefined): Gateway {
  const origin = url ?? env.SCIM_EDGE_URL ?? "";
  const key = env.SCIM_EDGE_KEY ?? "";
  if (!URL.canParse(origin)) {
    throw usageFailure(
      "Set SCIM_EDGE_URL to the gateway's origin, such as https://scim.example.com.",
    );
  }
  if (key === "") throw usageFailure("Set SCIM_EDGE_KEY to a key with the role operator or admin.");
  return { origin, key, ...(fetch && { fetch }) };
}
