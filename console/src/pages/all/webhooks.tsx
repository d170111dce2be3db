import { Button, Radio, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useCaller, useMay } from "../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../api/pages.ts";
import { Heading } from "../../parts/heading.tsx";
import { List } from "../../parts/list.tsx";
import { PlainLink } from "../../parts/plain-link.tsx";
import { type FreshSecret, SecretOnce } from "../../parts/secret-once.tsx";
import { Nothing } from "../../parts/states.tsx";
import { WebhookPage } from "../connector/webhooks/webhook.tsx";
import { NewWebhook, WebhookTable } from "../connector/webhooks/webhooks.tsx";

/** The webhooks of all scopes: of one connector, of a tenant, or of everything. */
export function AllWebhooks() {
  const isAllowed = useMay("operator");
  const { connectorId, tenant: ownTenant } = useCaller();
  const [isMaking, setMaking] = useState(false);
  const [isOfTenant, setOfTenant] = useState(true);
  const [tenant, setTenant] = useState(ownTenant ?? "");
  const [secret, setSecret] = useState<FreshSecret>();
  const listed = useList(["webhooks", "all"], (cursor) =>
    bodyOf(api.GET("/webhooks", { params: { query: { cursor, limit: PAGE_ITEMS } } })),
  );
  const ofTenant = tenant.trim() === "" ? undefined : { tenant: tenant.trim() };
  return (
    <Stack>
      <Heading
        title="Webhooks"
        about="Where changes are delivered: of one connector, of a tenant's connectors, or of all."
      >
        {isAllowed && connectorId === null && (
          <Button size="xs" onClick={() => setMaking(true)}>
            New webhook
          </Button>
        )}
      </Heading>
      <List
        listed={listed}
        empty={
          <Nothing title="No webhook yet">
            One of a tenant or of everything hears of connectors that are made later, too.
          </Nothing>
        }
      >
        {(webhooks) => <WebhookTable webhooks={webhooks} list="/webhooks" scopeOf={scopeInWords} />}
      </List>
      <NewWebhook
        scope={isOfTenant ? ofTenant : "everything"}
        opened={isMaking}
        close={() => setMaking(false)}
        show={setSecret}
      >
        {ownTenant === null && (
          <Radio.Group
            label="It hears of"
            value={isOfTenant ? "tenant" : "everything"}
            onChange={(value) => setOfTenant(value === "tenant")}
          >
            <Stack gap="xs" mt={4}>
              <Radio value="tenant" label="the connectors of a tenant" />
              <Radio value="everything" label="all connectors" />
            </Stack>
          </Radio.Group>
        )}
        {isOfTenant && (
          <TextInput
            label="Tenant"
            required
            withAsterisk={false}
            maxLength={200}
            disabled={ownTenant !== null}
            value={tenant}
            onChange={(event) => setTenant(event.currentTarget.value)}
          />
        )}
      </NewWebhook>
      <SecretOnce secret={secret} close={() => setSecret(undefined)} />
    </Stack>
  );
}

function scopeInWords(scope: Schemas["WebhookScope"]) {
  if (scope === "everything") return "everything";
  if ("tenant" in scope) return `tenant ${scope.tenant}`;
  return <PlainLink to={`/connectors/${scope.connectorId}`}>one connector</PlainLink>;
}

/** One webhook, whatever it hears of. */
export function AnyWebhook() {
  return <WebhookPage list="/webhooks" />;
}
