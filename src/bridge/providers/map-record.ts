import type { JsonObject } from "#scim/json.ts";
import type { BridgeConfig } from "../config/settings.ts";
import { withChosen } from "../mapping/chosen.ts";
import type { MappedRecord } from "../mapping/mapped.ts";
import { mapEntraUser } from "./entra/mapping.ts";
import { mapGoogleUser } from "./google/mapping.ts";
import { mapJumpCloudUser } from "./jumpcloud/mapping.ts";
import { mapOktaUser } from "./okta/mapping.ts";
import { mapOneLoginUser } from "./onelogin/mapping.ts";
import { mapScimUser } from "./scim/mapping.ts";

/** Part of every hash: a mapping that maps otherwise has all users looked at again. */
export const MAPPING_VERSION = 2;

/** Maps a raw record of a bridge's provider into SCIM's words, the bridge's own mapping included. */
export function mapRecord(record: JsonObject, config: BridgeConfig): MappedRecord {
  return withChosen(mapByProvider(record, config), record, config);
}

function mapByProvider(record: JsonObject, { source, settings }: BridgeConfig): MappedRecord {
  switch (source.type) {
    case "okta":
      return mapOktaUser(record);
    case "entra":
      return mapEntraUser(record, settings);
    case "google":
      return mapGoogleUser(record, settings);
    case "onelogin":
      return mapOneLoginUser(record);
    case "jumpcloud":
      return mapJumpCloudUser(record, source.userNameFrom);
    case "scim":
      return mapScimUser(record);
  }
}

/** Where a provider's raw records keep their id. */
export function rawIdName({ source }: BridgeConfig): string {
  return source.type === "jumpcloud" ? "_id" : "id";
}
