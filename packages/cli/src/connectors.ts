import { listAdmin } from "../../client/src/admin.ts";
import type { Gateway } from "../../client/src/gateway.ts";
import { allOf, type ListedConnector } from "./apply/found.ts";
import { usageFailure } from "./failure.ts";
import { tableOf } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** Prints the connectors that the key sees. */
export async function printConnectors(
  terminal: Terminal,
  gateway: Gateway,
  { tenant, json = false }: { readonly tenant?: string | undefined; readonly json?: boolean },
): Promise<void> {
  const query = tenant === undefined ? {} : { tenant };
  const connectors = await allOf(listAdmin(gateway, "/connectors", { query }));
  if (json) for (const each of connectors) terminal.print(JSON.stringify(each));
  else {
    const rows = connectors.map((each) => [
      each.name,
      each.tenant ?? "-",
      each.preset ?? "-",
      each.status,
      each.id,
    ]);
    for (const line of tableOf(["NAME", "TENANT", "PRESET", "STATUS", "ID"], rows)) {
      terminal.print(line);
    }
  }
}

/** The connector that has a name or id, or the only one; throws a Failure where that is none or several. */
export async function connectorOf(
  gateway: Gateway,
  named: string | undefined,
): Promise<ListedConnector> {
  const all = await allOf(listAdmin(gateway, "/connectors"));
  const meant =
    named === undefined ? all : all.filter(({ id, name }) => id === named || name === named);
  const [first, second] = meant;
  if (first === undefined) {
    throw usageFailure(
      named === undefined ? "The key sees no connector." : `No connector is called "${named}".`,
    );
  }
  if (second === undefined) return first;
  throw usageFailure(
    named === undefined
      ? "There are several connectors: say which, by name or id."
      : `Several connectors are called "${named}": say which, by id.`,
  );
}
