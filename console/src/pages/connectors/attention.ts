import type { Schemas } from "../../api/client.ts";

type Health = Pick<Schemas["Connector"], "bridge" | "held" | "webhooks">;

/** What of a connector needs a person, in a few words each. */
export function attentionOf({ bridge, held, webhooks }: Health): readonly string[] {
  const isFailing = bridge?.state === "failed" || bridge?.state === "disabled";
  return [
    ...(held > 0 ? [`${held} held`] : []),
    ...(isFailing ? ["bridge fails"] : []),
    ...(bridge?.paused ? ["bridge paused"] : []),
    ...(webhooks.disabled > 0 ? ["webhook off"] : []),
  ];
}
