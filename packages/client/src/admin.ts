import type { components, paths } from "./api.ts";
import { type Gateway, jsonOf, send } from "./gateway.ts";

/** The schemas of the API, by the names that its OpenAPI document has for them. */
export type Schemas = components["schemas"];

/** The paths of the admin API, below /admin/v1; those below /v1 are for feed.ts and directory.ts. */
export type AdminPath = Exclude<keyof paths, `/v1/${string}`>;

type Method = "get" | "put" | "post" | "patch" | "delete";

/** The methods of a path. */
export type AdminMethod<P extends AdminPath> = {
  [M in Method]: paths[P][M] extends { readonly responses: unknown } ? Uppercase<M> : never;
}[Method];

type OperationOf<P extends AdminPath, M extends AdminMethod<P>> = {
  [Each in Method]: M extends Uppercase<Each> ? paths[P][Each] : never;
}[Method];

/** What a call takes: the parts of its path, its query and its body, as far as it has them. */
export type AdminInput<P extends AdminPath, M extends AdminMethod<P>> = Part<
  "path",
  Parameter<OperationOf<P, M>, "path">
> &
  Part<"query", Parameter<OperationOf<P, M>, "query">> &
  Part<"body", Body<OperationOf<P, M>>> & {
    /** The ETag that must still hold: 412 and no change where somebody was faster. */
    readonly ifMatch?: string | undefined;
    /** `*` makes what is not there yet, and changes nothing that is. */
    readonly ifNoneMatch?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  };

/** What a call answers. */
export interface AdminAnswer<T> {
  readonly status: number;
  /** Undefined for 204; text for an export. */
  readonly body: T;
  /** The version, where the call has one. */
  readonly etag: string | null;
}

/** The body that a call answers. */
export type AdminBody<P extends AdminPath, M extends AdminMethod<P>> = Answered<OperationOf<P, M>>;

/**
 * Calls the admin API. Path, query, body and answer are typed by the OpenAPI document; throws a
 * GatewayError for a status of 400 and above. A body that the call takes but needs not may be left out.
 */
export async function callAdmin<P extends AdminPath, M extends AdminMethod<P>>(
  gateway: Gateway,
  method: M,
  path: P,
  ...[input]: Arguments<AdminInput<P, M>>
): Promise<AdminAnswer<AdminBody<P, M>>> {
  const { path: parts, query, body, ifMatch, ifNoneMatch, signal }: Loose = input ?? {};
  const response = await send(gateway, {
    method,
    path: `/admin/v1${filled(path, parts)}`,
    query,
    body,
    headers: {
      ...(ifMatch !== undefined && { "If-Match": ifMatch }),
      ...(ifNoneMatch !== undefined && { "If-None-Match": ifNoneMatch }),
    },
    signal,
  });
  const { status } = response;
  // The gateway's document of its API says which form.
  const answered = (await bodyOf(response)) as AdminBody<P, M>;
  return { status, body: answered, etag: response.headers.get("ETag") };
}

/** The paths that list something, a page at a time. */
export type AdminListPath = {
  [P in AdminPath]: "GET" extends AdminMethod<P>
    ? AdminBody<P, "GET" & AdminMethod<P>> extends { readonly nextCursor: string | null }
      ? P
      : never
    : never;
}[AdminPath];

/** What a list holds. */
export type AdminItem<P extends AdminListPath> =
  AdminBody<P, "GET" & AdminMethod<P>> extends { readonly items: readonly (infer Item)[] }
    ? Item
    : never;

/** The items of a list, read a page at a time until its end. */
export async function* listAdmin<P extends AdminListPath>(
  gateway: Gateway,
  path: P,
  ...[input]: Arguments<AdminInput<P, "GET" & AdminMethod<P>>>
): AsyncGenerator<AdminItem<P>> {
  const { path: parts, query, signal }: Loose = input ?? {};
  let cursor: string | undefined;
  do {
    const response = await send(gateway, {
      path: `/admin/v1${filled(path, parts)}`,
      query: { ...query, ...(cursor !== undefined && { cursor }) },
      signal,
    });
    const page = await jsonOf<Page<AdminItem<P>>>(response);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** A page of a list: every list of the admin API has this form. */
interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The input of any call. */
interface Loose {
  readonly path?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

function filled(path: string, parts: Readonly<Record<string, string>> = {}): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ""));
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/.test(
    response.headers.get("Content-Type") ?? "",
  );
  return isJson ? await jsonOf(response) : await response.text();
}

/** The input may be left out where all of it may. */
type Arguments<Input> = Record<never, never> extends Input ? [input?: Input] : [input: Input];

type Part<Name extends string, Value> = [Value] extends [undefined]
  ? { readonly [N in Name]?: undefined }
  : undefined extends Value
    ? { readonly [N in Name]?: Value }
    : { readonly [N in Name]: Value };

type Parameter<Operation, Name extends "path" | "query"> = Operation extends {
  readonly parameters: infer Parameters;
}
  ? Name extends keyof Parameters
    ? Parameters[Name]
    : undefined
  : undefined;

type Body<Operation> = Operation extends {
  readonly requestBody: { readonly content: { readonly "application/json": infer Json } };
}
  ? Json
  : Operation extends { readonly requestBody?: infer Optional }
    ? Exclude<Optional, undefined> extends {
        readonly content: { readonly "application/json": infer Json };
      }
      ? [Exclude<Optional, undefined>] extends [never]
        ? undefined
        : Json | undefined
      : undefined
    : undefined;

type Answered<Operation> = Operation extends { readonly responses: infer Responses }
  ? Content<Responses[keyof Responses & (200 | 201 | 202 | 204)]>
  : never;

type Content<Response> = Response extends { readonly content: infer Types }
  ? Types extends { readonly "application/json": infer Json }
    ? Json
    : string
  : undefined;
