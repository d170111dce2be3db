import { Group, ScrollArea, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ComponentType, lazy, Suspense, useEffect, useRef } from "react";
import { Route, Routes, useLocation, useNavigate, useParams } from "react-router";
import { type Caller, may, useCaller } from "../../api/caller.tsx";
import { api, bodyOf } from "../../api/client.ts";
import { ConnectorBadge } from "../../parts/badges.tsx";
import { Heading } from "../../parts/heading.tsx";
import { PlainLink } from "../../parts/plain-link.tsx";
import { Failure, Loading, Nothing } from "../../parts/states.tsx";
import { presetName } from "../provider-names.ts";
import type { OfConnector } from "./of-connector.ts";

/** A page of a connector that is loaded when it is first shown. */
function page(load: () => Promise<ComponentType<OfConnector>>) {
  return lazy(async () => ({ default: await load() }));
}

interface Place {
  readonly path: string;
  readonly label: string;
  readonly isFor: (caller: Caller) => boolean;
}

const everybody = () => true;
const operators = (caller: Caller) => may(caller, "operator", "read");

/** The first page has no path of its own. */
const OVERVIEW = "overview";

const PLACES: readonly Place[] = [
  { path: OVERVIEW, label: "Overview", isFor: everybody },
  { path: "users", label: "Users", isFor: everybody },
  { path: "groups", label: "Groups", isFor: everybody },
  { path: "log", label: "Event log", isFor: operators },
  { path: "credentials", label: "Credentials", isFor: operators },
  { path: "attributes", label: "Attributes", isFor: operators },
  { path: "bridge", label: "Bridge", isFor: operators },
  { path: "held", label: "Held", isFor: operators },
  { path: "webhooks", label: "Webhooks", isFor: operators },
  { path: "settings", label: "Settings", isFor: operators },
];

const Overview = page(async () => (await import("./overview.tsx")).Overview);
const EventLog = page(async () => (await import("./log/event-log.tsx")).EventLog);
const Users = page(async () => (await import("./users/users.tsx")).Users);
const Person = page(async () => (await import("./users/person.tsx")).Person);
const Groups = page(async () => (await import("./groups/groups.tsx")).Groups);
const OneGroup = page(async () => (await import("./groups/group.tsx")).OneGroup);
const Credentials = page(async () => (await import("./credentials/credentials.tsx")).Credentials);
const Attributes = page(async () => (await import("./attributes.tsx")).Attributes);
const Bridge = page(async () => (await import("./bridge/bridge.tsx")).Bridge);
const BridgeRun = page(async () => (await import("./bridge/run.tsx")).BridgeRun);
const Held = page(async () => (await import("./held.tsx")).Held);
const Webhooks = page(async () => (await import("./webhooks/webhooks.tsx")).Webhooks);
const OneWebhook = page(async () => (await import("./webhooks/webhook.tsx")).OneWebhook);
const Settings = page(async () => (await import("./settings/settings.tsx")).Settings);

/** One connector: its name and state, and the pages about it. */
export function Connector() {
  const { id = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["connector", id],
    queryFn: () => bodyOf(api.GET("/connectors/{id}", { params: { path: { id } } })),
  });
  if (isPending) return <Loading />;
  if (data === undefined) return <Failure error={error} again={refetch} />;
  return <Pages connector={data} />;
}

function Pages({ connector }: OfConnector) {
  const { id, name, tenant, preset, status, settings } = connector;
  const caller = useCaller();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [, , , place = OVERVIEW] = pathname.split("/");
  const tabs = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place is another tab
  useEffect(() => {
    const shown = tabs.current?.querySelector('[role="tab"][aria-selected="true"]');
    shown?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [place]);
  return (
    <Stack>
      <Text size="sm">
        <PlainLink to="/connectors">Connectors</PlainLink>
      </Text>
      <Heading
        title={name}
        about={
          <Group gap="xs">
            <ConnectorBadge status={status} staged={settings.staged} />
            <span>{presetName(preset)}</span>
            {tenant !== null && <span>{tenant}</span>}
          </Group>
        }
      />
      <Tabs
        value={place}
        onChange={(value) =>
          void navigate(`/connectors/${id}${value === OVERVIEW ? "" : `/${value}`}`)
        }
        variant="default"
      >
        <ScrollArea type="auto" offsetScrollbars="x" viewportProps={{ tabIndex: -1 }}>
          <Tabs.List ref={tabs} style={{ flexWrap: "nowrap" }} aria-label={`Pages of ${name}`}>
            {PLACES.filter(({ isFor }) => isFor(caller)).map(({ path, label }) => (
              <Tabs.Tab key={path} value={path}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </ScrollArea>
        <Tabs.Panel value={place} pt="md">
          <Suspense fallback={<Loading />}>
            <Routes>
              <Route index element={<Overview connector={connector} />} />
              <Route path="log" element={<EventLog connector={connector} />} />
              <Route path="users" element={<Users connector={connector} />} />
              <Route path="users/:userId" element={<Person connector={connector} />} />
              <Route path="groups" element={<Groups connector={connector} />} />
              <Route path="groups/:groupId" element={<OneGroup connector={connector} />} />
              <Route path="credentials" element={<Credentials connector={connector} />} />
              <Route path="attributes" element={<Attributes connector={connector} />} />
              <Route path="bridge" element={<Bridge connector={connector} />} />
              <Route path="bridge/runs/:runId" element={<BridgeRun connector={connector} />} />
              <Route path="held" element={<Held connector={connector} />} />
              <Route path="webhooks" element={<Webhooks connector={connector} />} />
              <Route path="webhooks/:webhookId" element={<OneWebhook connector={connector} />} />
              <Route path="settings" element={<Settings connector={connector} />} />
              <Route path="*" element={<Nothing title="There is no such page" />} />
            </Routes>
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
