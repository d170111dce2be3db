import { Stack } from "@mantine/core";
import { useState } from "react";
import { type FreshSecret, SecretOnce } from "../../../parts/secret-once.tsx";
import type { OfConnector } from "../of-connector.ts";
import { Clients } from "./clients.tsx";
import { SetupLinks } from "./setup-links.tsx";
import { Tokens } from "./tokens.tsx";

/** What the provider proves itself with: tokens, and OAuth clients; and links for who sets it up. */
export function Credentials({ connector }: OfConnector) {
  const [secret, setSecret] = useState<FreshSecret>();
  return (
    <Stack gap="xl">
      <Tokens connector={connector} show={setSecret} />
      <Clients connector={connector} show={setSecret} />
      <SetupLinks connector={connector} show={setSecret} />
      <SecretOnce secret={secret} close={() => setSecret(undefined)} />
    </Stack>
  );
}
