import type { SourceConfig, SourceCredentials } from "#bridge/config/settings.ts";
import type { DirectoryChange } from "./change.ts";
import type { Directory } from "./directory.ts";
import { json } from "./face.ts";
import type { FaultKind, FaultRule, Faults } from "./faults.ts";

/** What is steered of a fake provider. */
export interface SteeredFake {
  readonly directory: Directory;
  readonly faults: Faults;
  readonly credentials: SourceCredentials;
  /** The settings of a bridge to this fake at an origin (any origin will do for `fetch`). */
  readonly source: (origin: string) => SourceConfig;
  /** Access tokens that were given out end now. */
  readonly revokeTokens: () => void;
  readonly stats: () => unknown;
}

/** What `POST /_fake/faults` takes; what it does not name stays as it is. */
export interface FaultOrder {
  readonly clear?: boolean;
  readonly next?: readonly FaultRule[];
  readonly rate?: {
    readonly share: number;
    readonly seed: number;
    readonly kinds?: readonly FaultKind[];
  };
  readonly revokeTokens?: boolean;
}

/**
 * Answers the addresses under /_fake, by which another process steers a fake; undefined for the rest.
 * `GET model?from=&limit=` shows people as they are kept, `GET stats` what was asked so far, `POST mutate`
 * takes a list of DirectoryChange, `POST faults` a FaultOrder, and `GET bridge` gives what a bridge needs.
 */
export function createSteering(
  fake: SteeredFake,
): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    const url = new URL(request.url);
    if (!url.pathname.startsWith("/_fake/")) return undefined;
    switch (`${request.method} ${url.pathname.slice("/_fake/".length)}`) {
      case "POST mutate":
        // Written by the tests of this repository, in the form that DirectoryChange says.
        fake.directory.apply(...((await request.json()) as DirectoryChange[]));
        return json({ seq: fake.directory.seq(), liveUsers: fake.directory.liveCount() });
      case "POST faults":
        // The same holds here.
        orderFaults(fake, (await request.json()) as FaultOrder);
        return json({});
      case "GET model":
        return json(modelOf(fake, url.searchParams));
      case "GET stats":
        return json(fake.stats());
      case "GET bridge":
        return json({ source: fake.source(url.origin), credentials: fake.credentials });
    }
    return json({ error: "The fake has no such address." }, 404);
  };
}

function orderFaults(fake: Pick<SteeredFake, "faults" | "revokeTokens">, order: FaultOrder): void {
  if (order.clear === true) fake.faults.clear();
  for (const { kind, ...rule } of order.next ?? []) fake.faults.next(kind, rule);
  if (order.rate !== undefined) {
    fake.faults.rate(order.rate.share, order.rate.seed, order.rate.kinds);
  }
  if (order.revokeTokens === true) fake.revokeTokens();
}

function modelOf({ directory }: Pick<SteeredFake, "directory">, query: URLSearchParams): unknown {
  const from = Number(query.get("from") ?? 0);
  const limit = Number(query.get("limit") ?? 100);
  const page = directory.walk({ from, limit, keep: () => true });
  return {
    now: directory.now(),
    seq: directory.seq(),
    liveUsers: directory.liveCount(),
    people: page.items,
    next: page.next ?? null,
    groups: directory.groups().map((group) => ({
      n: group.n,
      name: group.name,
      people: [...group.people],
      groups: [...group.groups],
    })),
  };
}
