import { Badge, Button, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMay } from "../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { useList } from "../../api/pages.ts";
import { Heading } from "../../parts/heading.tsx";
import { List } from "../../parts/list.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Failure, Loading, Nothing } from "../../parts/states.tsx";
import { tell } from "../../parts/told.ts";
import { WideTable } from "../../parts/wide-table.tsx";
import type { OfConnector } from "./of-connector.ts";

type Attribute = Schemas["Attribute"];

/** The attributes that were declared for a connector, and those that its provider sends undeclared. */
export function Attributes({ connector: { id } }: OfConnector) {
  const isAllowed = useMay("operator");
  const queries = useQueryClient();
  const key = ["attributes", id];
  const { data, error, isPending, refetch } = useQuery({
    queryKey: key,
    queryFn: () => bodyOf(api.GET("/connectors/{id}/attributes", { params: { path: { id } } })),
  });
  const change = useMutation({
    mutationFn: (attributes: readonly Attribute[]) =>
      bodyOf(
        api.PUT("/connectors/{id}/attributes", {
          params: { path: { id } },
          body: { attributes: [...attributes] },
        }),
      ),
    onSuccess: async () => {
      tell("Declared from the next request on.");
      await queries.invalidateQueries({ queryKey: key });
      await queries.invalidateQueries({ queryKey: ["seen attributes", id] });
    },
  });
  if (isPending) return <Loading />;
  if (data === undefined) return <Failure error={error} again={refetch} />;
  const { attributes } = data;
  return (
    <Stack gap="xl">
      <Stack>
        <Heading
          order={2}
          title="Declared attributes"
          about="Beside those of the RFC. The provider finds them under /Schemas."
        />
        {change.error !== null && <Failure error={change.error} />}
        {attributes.length === 0 ? (
          <Nothing title="None is declared">
            What the provider sends beyond the RFC's attributes shows up below.
          </Nothing>
        ) : (
          <AttributeTable attributes={attributes} />
        )}
      </Stack>
      <Seen
        id={id}
        isAllowed={isAllowed}
        isBusy={change.isPending}
        declare={(attribute) => change.mutate([...attributes, attribute])}
      />
    </Stack>
  );
}

function AttributeTable({ attributes }: { readonly attributes: readonly Attribute[] }) {
  return (
    <WideTable minWidth={480}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Of</Table.Th>
          <Table.Th>Type</Table.Th>
          <Table.Th>Schema</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {attributes.map((attribute) => (
          <Table.Tr key={keyOf(attribute)}>
            <Table.Td className="code">{attribute.name}</Table.Td>
            <Table.Td>{attribute.resourceType}</Table.Td>
            <Table.Td>
              {attribute.type} {attribute.multiValued && <Badge variant="default">several</Badge>}
            </Table.Td>
            <Table.Td className="code">{attribute.schema ?? "core"}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

function keyOf({ name, schema = "", resourceType }: Attribute): string {
  return `${resourceType} ${schema} ${name}`;
}

function Seen({
  id,
  isAllowed,
  isBusy,
  declare,
}: {
  readonly id: string;
  readonly isAllowed: boolean;
  readonly isBusy: boolean;
  readonly declare: (attribute: Attribute) => void;
}) {
  const listed = useList(["seen attributes", id], () =>
    bodyOf(
      api.GET("/connectors/{id}/attributes/seen", {
        params: { path: { id } },
      }),
    ),
  );
  return (
    <Stack>
      <Heading
        order={2}
        title="Seen, not declared"
        about="What the provider sent and no schema knows. One click declares it as it was seen."
      />
      <List
        listed={listed}
        empty={
          <Text size="sm" c="dimmed">
            The provider sent nothing that is not known.
          </Text>
        }
      >
        {(items) => (
          <WideTable minWidth={520}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Of</Table.Th>
                <Table.Th>Came as</Table.Th>
                <Table.Th>Last seen</Table.Th>
                <Table.Th>
                  <VisuallyHidden>What can be done</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map(({ declaration, types, lastSeenAt, problem }) => (
                <Table.Tr key={keyOf(declaration)}>
                  <Table.Td className="code">
                    {declaration.schema !== undefined && `${declaration.schema}:`}
                    {declaration.name}
                    {problem !== undefined && (
                      <Text size="xs" c="dimmed">
                        {problem}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>{declaration.resourceType}</Table.Td>
                  <Table.Td>{types.join(", ")}</Table.Td>
                  <Table.Td>
                    <Moment time={lastSeenAt} far />
                  </Table.Td>
                  <Table.Td>
                    {isAllowed && problem === undefined && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        disabled={isBusy}
                        onClick={() => declare(declaration)}
                      >
                        Declare
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </WideTable>
        )}
      </List>
    </Stack>
  );
}
