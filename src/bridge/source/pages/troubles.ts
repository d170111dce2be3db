import type { JsonObject } from "#scim/json.ts";
import { type MembersPage, type ScopePage, type Source, SourceError } from "../source.ts";
import { pathSegment } from "./paging.ts";

/** A source whose answers about one record are not yet told from those about all. */
export interface PlainSource extends Source {
  /** The id in a record, as text. */
  readonly idOf: (record: JsonObject) => string | undefined;
}

/**
 * Tells three kinds of trouble apart: what an answer about one user or about one group's members says is
 * of that record alone, what cannot be read of the groups is of that listing, and a user who is asked for
 * by id is taken for none but himself.
 */
export function sortTroubles(provider: string, { idOf, ...source }: PlainSource): Source {
  return {
    ...source,
    listPage: async (listing, cursor, since) => {
      if (listing !== "groups") return await source.listPage(listing, cursor, since);
      return await ofGroups(() => source.listPage(listing, cursor, since));
    },
    readUser: (sourceId) =>
      ofRecord(`The user ${sourceId} could not be read`, sourceId, () =>
        readExactly(provider, "user", idOf, source.readUser, sourceId),
      ),
    findGroup: (sourceId) =>
      ofGroups(() =>
        ofRecord(
          `The group ${sourceId} could not be asked for, and stays as it is`,
          sourceId,
          () => {
            const groupIdOf = (record: JsonObject) => source.readGroup(record)?.sourceId;
            return readExactly(provider, "group", groupIdOf, source.findGroup, sourceId);
          },
        ),
      ),
    membersPage: (groupId, cursor) =>
      ofGroups(() =>
        ofRecord<MembersPage>(
          `The members of the group ${groupId} could not be read, and stay as they are`,
          groupId,
          () => {
            checkSegment(provider, groupId);
            return source.membersPage(groupId, cursor);
          },
        ),
      ),
    scopePage: (part, cursor) =>
      ofGroups(() =>
        ofRecord<ScopePage>(
          `Who belongs to the ${part.kind} ${part.sourceId} could not be read (it may be gone, or another kind of id)`,
          part.sourceId,
          () => {
            checkSegment(provider, part.sourceId);
            return source.scopePage(part, cursor);
          },
        ),
      ),
  };
}

async function readExactly(
  provider: string,
  what: "user" | "group",
  idOf: PlainSource["idOf"],
  read: Source["readUser"],
  sourceId: string,
): Promise<JsonObject | undefined> {
  checkSegment(provider, sourceId);
  const record = await read(sourceId);
  if (record === undefined || idOf(record) === sourceId) return record;
  throw new SourceError(
    { kind: "malformed" },
    `${provider} answered with something else than the ${what} that was asked for.`,
  );
}

/** An id that no path can hold is asked for nowhere, and nobody said that it is gone. */
function checkSegment(provider: string, id: string): void {
  if (pathSegment(id) !== undefined) return;
  throw new SourceError({ kind: "malformed" }, `${provider} cannot be asked for such an id.`);
}

/** Groups that may not be read are no reason to stop syncing users. */
async function ofGroups<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SourceError) || error.failure.kind !== "forbidden") throw error;
    throw new SourceError({ kind: "groupsForbidden" }, error.detail, error.isGeneral);
  }
}

async function ofRecord<T>(what: string, sourceId: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SourceError) || error.isGeneral || !isOfRecord(error)) throw error;
    const mayPass = error.failure.kind === "malformed";
    throw new SourceError({ kind: "record", sourceId, mayPass }, `${what}: ${error.detail}`);
  }
}

function isOfRecord({ failure }: SourceError): boolean {
  switch (failure.kind) {
    case "malformed":
    case "forbidden":
    case "groupsForbidden":
    // The page of one list of members; the groups themselves are listed already.
    case "cursorExpired":
    case "deltaExpired":
    case "record":
      return true;
    case "throttled":
    case "unavailable":
    case "unauthorized":
      return false;
  }
}
