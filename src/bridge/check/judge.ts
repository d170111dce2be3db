import { resourceTypesOf } from "#scim/schema/custom.ts";
import { DEFAULT_SETTINGS } from "#scim/settings.ts";
import type { BridgeAnswer } from "../admin-views.ts";
import type { BridgeChoice, SourceCredentials } from "../config/settings.ts";
import { checkMapping, UnusableMapping } from "../mapping/chosen.ts";
import { importServiceAccountKey } from "../providers/google/assertion.ts";
import { importSigningKey } from "../source/http/signing-key.ts";
import { SourceError } from "../source/source.ts";

/** A bridge as somebody would like to store it. */
export interface Proposal extends BridgeChoice {
  /** The text of the connector's declared attributes. */
  readonly attributes: string;
  /** Undefined where those that are stored stay. */
  readonly credentials: SourceCredentials | undefined;
}

/**
 * Judges what can be judged of a bridge without asking its provider: that its mapping leads from
 * somewhere to somewhere, and that its key is a private key. Refuses with 400.
 */
export async function judgeProposal(proposal: Proposal): Promise<BridgeAnswer<null>> {
  const { source, settings, attributes, credentials } = proposal;
  try {
    checkMapping(source.type, settings, resourceTypesOf(attributes, DEFAULT_SETTINGS).User);
    if (credentials !== undefined) await importKey(credentials);
    return { kind: "ok", value: null };
  } catch (error) {
    if (error instanceof UnusableMapping) return refused(error.message);
    if (error instanceof SourceError) return refused(`credentials: ${error.detail}`);
    throw error;
  }
}

async function importKey(credentials: SourceCredentials): Promise<void> {
  switch (credentials.kind) {
    case "google":
      await importServiceAccountKey(credentials.privateKey);
      break;
    case "okta-service":
      await importSigningKey(credentials.privateKeyJwk, "Okta");
      break;
    case "okta-token":
    case "entra":
    case "onelogin":
    case "jumpcloud":
    case "scim":
      break;
  }
}

function refused(detail: string): BridgeAnswer<never> {
  return { kind: "refused", status: 400, detail };
}
