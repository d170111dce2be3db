import type { SourceConfig, SourceCredentials } from "../config/settings.ts";
import type { Source, SourceTools } from "../source/source.ts";
import { createEntraSource } from "./entra/source.ts";
import { createGoogleSource } from "./google/source.ts";
import { createJumpcloudSource } from "./jumpcloud/source.ts";
import { createOktaSource } from "./okta/source.ts";
import { createOneloginSource } from "./onelogin/source.ts";
import { createScimSource } from "./scim/source.ts";

/** Makes the source of a bridge; throws an Error for credentials that are another provider's. */
export function createSource(
  config: SourceConfig,
  credentials: SourceCredentials,
  tools: SourceTools,
): Source {
  switch (config.type) {
    case "okta":
      if (credentials.kind !== "okta-token" && credentials.kind !== "okta-service") break;
      return createOktaSource(config, credentials, tools);
    case "entra":
      if (credentials.kind !== "entra") break;
      return createEntraSource(config, credentials, tools);
    case "google":
      if (credentials.kind !== "google") break;
      return createGoogleSource(config, credentials, tools);
    case "onelogin":
      if (credentials.kind !== "onelogin") break;
      return createOneloginSource(config, credentials, tools);
    case "jumpcloud":
      if (credentials.kind !== "jumpcloud") break;
      return createJumpcloudSource(config, credentials, tools);
    case "scim":
      if (credentials.kind !== "scim") break;
      return createScimSource(config, credentials, tools);
  }
  throw new Error(`Credentials of the kind ${credentials.kind} are not those of ${config.type}.`);
}
