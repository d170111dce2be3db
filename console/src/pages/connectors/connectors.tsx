import { Badge, Group, Select, Stack, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { useCaller, useMay } from "../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { PAGE_ITEMS, useList } from "../../api/pages.ts";
import { ConnectorBadge } from "../../parts/badges.tsx";
import { useFilter } from "../../parts/filters.ts";
import { Heading } from "../../parts/heading.tsx";
import { List } from "../../parts/list.tsx";
import { Moment } from "../../parts/moment.tsx";
import { LinkButton, PlainLink } from "../../parts/plain-link.tsx";
import { inDigits } from "../../parts/plot.tsx";
import { SearchField } from "../../parts/search-field.tsx";
import { Nothing } from "../../parts/states.tsx";
import { WideTable } from "../../parts/wide-table.tsx";
import { concernsOf } from "../connector/concerns.ts";
import { presetName } from "../provider-names.ts";
import { RefusalBars } from "./refusal-bars.tsx";

/** What the filter calls connectors that somebody should look at. */
const ATTENTION = "attention";

/** All connectors that whoever is signed in sees, and how each is doing. */
export function Connectors() {
  const [tenant] = useFilter("tenant");
  const [status, setStatus] = useFilter("status");
  const { connectorId, tenant: ownTenant } = useCaller();
  const mayMake = useMay("operator") && connectorId === null;
  const listed = useList(["connectors", tenant], (cursor) =>
    bodyOf(
      api.GET("/connectors", {
        params: { query: { limit: PAGE_ITEMS, cursor, tenant: tenant || undefined } },
      }),
    ),
  );
  const isShown = (connector: Schemas["Connector"]) =>
    status === "" ||
    (status === ATTENTION ? needsOf(connector).length > 0 : stateOf(connector) === status);
  return (
    <Stack>
      <Heading
        title="Connectors"
        about="One directory each, with its own credentials and settings."
      >
        {mayMake && <LinkButton to="/connectors/new">New connector</LinkButton>}
      </Heading>
      <Group gap="sm" align="flex-end">
        {ownTenant === null && connectorId === null && (
          <SearchField name="tenant" label="Tenant" placeholder="its exact name" />
        )}
        <Select
          label="State"
          value={status}
          onChange={(value) => setStatus(value ?? "")}
          allowDeselect={false}
          data={[
            { value: "", label: "Any" },
            { value: "active", label: "Active" },
            { value: "staged", label: "Staged" },
            { value: "disabled", label: "Disabled" },
            { value: ATTENTION, label: "Needs attention" },
          ]}
        />
      </Group>
      <List
        listed={listed}
        empty={
          <Nothing title={tenant === "" ? "No connector yet" : "No connector of this tenant"}>
            {tenant === ""
              ? "Make one for each identity provider. It takes a name and two values to copy."
              : "Write the tenant's name as it was given."}
          </Nothing>
        }
      >
        {(items) => <ConnectorTable connectors={items.filter(isShown)} />}
      </List>
    </Stack>
  );
}

/** What a filter calls the state of a connector. */
export function stateOf({ status, settings }: Schemas["Connector"]): string {
  if (status === "disabled") return "disabled";
  return settings.staged ? "staged" : "active";
}

function ConnectorTable({ connectors }: { readonly connectors: readonly Schemas["Connector"][] }) {
  if (connectors.length === 0) {
    return <Nothing title="None of these is in that state">Choose another state.</Nothing>;
  }
  return (
    <WideTable minWidth={900} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Provider</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Users</Table.Th>
          <Table.Th>Last request</Table.Th>
          <Table.Th>Refused, last 24 hours</Table.Th>
          <Table.Th>Needs attention</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {connectors.map((connector) => (
          <ConnectorRow key={connector.id} connector={connector} />
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

function ConnectorRow({ connector }: { readonly connector: Schemas["Connector"] }) {
  const { id, name, tenant, preset, status, settings, users, lastRequestAt, lastDay } = connector;
  return (
    <Table.Tr>
      <Table.Td>
        <Link className="row-link" to={`/connectors/${id}`}>
          {name}
        </Link>
        {tenant !== null && (
          <Text size="xs" c="dimmed">
            {tenant}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{presetName(preset)}</Table.Td>
      <Table.Td>
        <ConnectorBadge status={status} staged={settings.staged} />
      </Table.Td>
      <Table.Td>
        {inDigits(users.active)}
        <Text size="xs" c="dimmed">
          {users.inactive > 0 ? `${inDigits(users.inactive)} inactive` : "active"}
        </Text>
      </Table.Td>
      <Table.Td>
        {lastRequestAt === null ? (
          <Text size="sm" c="dimmed">
            none yet
          </Text>
        ) : (
          <Moment time={lastRequestAt} far size="sm" />
        )}
      </Table.Td>
      <Table.Td>
        <RefusalBars id={id} lastDay={lastDay} />
      </Table.Td>
      <Table.Td>
        <Needs connector={connector} />
      </Table.Td>
    </Table.Tr>
  );
}

/** What of a connector is to be looked at, beside what its state says already. */
function needsOf(connector: Schemas["Connector"]) {
  return concernsOf(connector, {}, Date.now()).filter(({ isOfState }) => isOfState !== true);
}

function Needs({ connector }: { readonly connector: Schemas["Connector"] }) {
  const needs = needsOf(connector);
  if (needs.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        nothing
      </Text>
    );
  }
  return (
    <Stack gap={2} align="flex-start">
      {needs.map(({ title, page, isUrgent }) => (
        <Badge key={title} color={isUrgent ? "red" : "yellow"}>
          <PlainLink to={`/connectors/${connector.id}/${page}`}>{title}</PlainLink>
        </Badge>
      ))}
    </Stack>
  );
}
