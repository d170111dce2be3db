import type { Answer } from "#http/response/answer.ts";
import type { ListCall } from "#http/scim/call/call.ts";
import type { Filter } from "#scim/filter/syntax/ast.ts";
import { FILTER_BYTES_MAX, parseFilter } from "#scim/filter/syntax/parse.ts";
import type { TypeName } from "#scim/ports.ts";
import { nameAttribute } from "#scim/resource/identity.ts";
import { parseProjection } from "#scim/resource/projection.ts";
import type { PageStart } from "#store/directory/list-order.ts";
import {
  fittingRecords,
  type ListedRecord,
  wholeRecords,
} from "#store/directory/listed-records.ts";
import { decodeCursor, type ListPosition, signCursor } from "./cursor.ts";
import { membersOfPage, membersText, showsMembers } from "./group-members.ts";
import { findInOneTrip, findPage, type ListScope, resolveQuery, type TypeQuery } from "./list.ts";
import { listAnswer, type PageFacts, resourceText, type View } from "./resource-answers.ts";

/** Answers a list of resources (RFC 7644 §3.4.2), paged by index or by cursor (RFC 9865). */
export async function answerList(call: ListCall, listing: ListScope): Promise<Answer> {
  const { texts, ...facts } = await findList(call, listing);
  return listAnswer(facts, texts);
}

/** A page of a list: what it says of itself, and its resources as JSON texts. */
export interface FoundList extends PageFacts {
  readonly texts: readonly string[];
}

/** Finds a page of a list of resources, paged by index or by cursor. */
export async function findList(call: ListCall, listing: ListScope): Promise<FoundList> {
  const { parameters } = listing;
  const { startIndex, cursor, count } = parameters;
  const projection = parseProjection(parameters.attributes, parameters.excludedAttributes);
  const queries = await resolveQueries(call, listing);
  const opened = cursor ? await decodeCursor(call, listing, cursor) : undefined;
  const isByCursor = cursor !== undefined;
  // One resource more than asked for tells whether there is another page.
  const limit = isByCursor && count > 0 ? count + 1 : count;
  const offset = isByCursor ? 0 : startIndex - 1;
  const { total, records } = await findRecords(call, queries, offset, opened?.position, limit);
  await opened?.requireOwn();
  const fitting = fittingRecords(records.slice(0, count));
  const whole = await wholeOf(call, fitting);
  const texts = await textsOf(call, whole, (type) => ({
    type: () => call.caller.types[type],
    baseUrl: call.facts.baseUrl,
    projection,
    showsAccount: call.showsAccounts,
    application: call.application,
  }));
  if (!isByCursor) return { totalResults: total, startIndex, texts };
  const isEnd = texts.length === whole.length;
  const last = isEnd ? fitting.at(-1) : whole[texts.length - 1];
  const hasMore = last !== undefined && !(isEnd && fitting.length === records.length);
  const nextCursor = hasMore ? await signCursor(call, listing, positionOf(last)) : undefined;
  return { totalResults: total, ...(nextCursor && { nextCursor }), texts };
}

async function resolveQueries(call: ListCall, listing: ListScope): Promise<readonly TypeQuery[]> {
  const { types: names, parameters, filterBytesMax = FILTER_BYTES_MAX, state } = listing;
  const { filter: text } = parameters;
  const filter = text === undefined ? undefined : parseFilter(text, { bytesMax: filterBytesMax });
  const [only, ...others] = names;
  call.log.about({
    ...(others.length === 0 && { resourceType: only }),
    ...(filter && namedIn(only, filter)),
  });
  return await call.caller.resolve((own) => {
    const searched = names.map((name) => own[name]);
    return searched.map((type) => ({
      ...resolveQuery(type, filter, parameters, call.facts.baseUrl, searched),
      state,
    }));
  });
}

/** The records of a page from all the types in their order, and how many there are in all. */
async function findRecords(
  call: ListCall,
  queries: readonly TypeQuery[],
  offset: number,
  position: ListPosition | undefined,
  limit: number,
): Promise<{ readonly total: number; readonly records: readonly ListedRecord[] }> {
  const find = queries.length === 1 ? findPage : findInOneTrip;
  const records: ListedRecord[] = [];
  let total = 0;
  let isReached = position === undefined;
  for (const query of queries) {
    const isHere = position?.type === query.type.name;
    isReached ||= isHere;
    const start: PageStart = isHere
      ? { kind: "behind", position }
      : { kind: "offset", offset: Math.max(0, offset - total) };
    const count = isReached ? limit - records.length : 0;
    const page = await find(call, query, { start, count });
    records.push(...page.records);
    total += page.total;
  }
  // A client looks a user up by name and changes it next.
  const [only, ...others] = records;
  if (only?.isWhole && others.length === 0) call.caller.remember(only);
  return { total, records };
}

/** Reads the large texts among those of a page; a resource that was deleted in between is left out. */
export async function wholeOf(
  call: Pick<ListCall, "caller">,
  records: readonly ListedRecord[],
): Promise<readonly ListedRecord[]> {
  const large = records.filter(({ isWhole }) => !isWhole);
  if (large.length === 0) return records;
  const found = await call.caller.ask((db, scope) => wholeRecords(db, scope, large));
  return records.flatMap((record) => {
    if (record.isWhole) return record;
    const whole = found.get(record.id);
    return whole === undefined ? [] : { ...record, ...whole, isWhole: true };
  });
}

/** The resources as JSON text; fewer than given where the groups among them have too many members. */
async function textsOf(
  call: ListCall,
  records: readonly ListedRecord[],
  viewOf: (type: TypeName) => View,
): Promise<readonly string[]> {
  const groups = records.filter(({ type }) => type === "Group");
  const isMembersRead = groups.length > 0 && showsMembers(viewOf("Group"));
  const members = isMembersRead ? await membersOfPage(call, groups) : undefined;
  const texts: string[] = [];
  for (const record of records) {
    const shown = record.type === "Group" ? members?.get(record.id) : undefined;
    if (record.type === "Group" && members !== undefined && shown === undefined) break;
    const text = shown && membersText(shown, call.facts.baseUrl, call.application);
    texts.push(resourceText(record, viewOf(record.type), text));
  }
  return texts;
}

function positionOf({ type, id, sortValue }: ListedRecord): ListPosition {
  return { type, id, value: sortValue };
}

/** The name that a filter looks for, so that the event log shows whom the request was about. */
function namedIn(type: TypeName, filter: Filter): { readonly userName?: string } {
  switch (filter.kind) {
    case "and": {
      const named = filter.filters.map((term) => namedIn(type, term));
      return named.find(({ userName }) => userName !== undefined) ?? {};
    }
    case "compare": {
      const { path, operator, value } = filter;
      const isName = path.attribute.toLowerCase() === nameAttribute(type).toLowerCase();
      return isName && operator === "eq" && typeof value === "string" ? { userName: value } : {};
    }
    case "or":
    case "not":
    case "present":
    case "some":
      return {};
  }
}
