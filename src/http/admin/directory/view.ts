import type { ListCall } from "#http/scim/call/call.ts";
import type { View } from "#http/scim/list/resource-answers.ts";
import type { TypeName } from "#scim/ports.ts";
import { parseProjection } from "#scim/resource/projection.ts";

/** Which attributes a call wants to see. */
export interface Shown {
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
}

/** How a resource is shown to whoever asked for some of its attributes. */
export function resourceView(call: ListCall, type: TypeName, shown: Shown): View {
  const projection = parseProjection(shown.attributes, shown.excludedAttributes);
  return {
    type: () => call.caller.types[type],
    baseUrl: call.facts.baseUrl,
    projection,
    showsAccount: call.showsAccounts,
    application: call.application,
  };
}
