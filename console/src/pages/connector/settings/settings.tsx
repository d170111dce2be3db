import { Stack } from "@mantine/core";
import type { OfConnector } from "../of-connector.ts";
import { DangerZone } from "./danger-zone.tsx";
import { SettingsForm } from "./settings-form.tsx";

/** What an administrator chose for a connector, and its end. */
export function Settings({ connector }: OfConnector) {
  return (
    <Stack gap="xl">
      <SettingsForm key={connector.modifiedAt} connector={connector} />
      <DangerZone connector={connector} />
    </Stack>
  );
}
