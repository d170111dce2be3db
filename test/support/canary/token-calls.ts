/** What a client asks the token endpoint, and the query behind its path. */
export type TokenCall = RequestInit & { readonly query?: string };

type Parameters = Readonly<Record<string, string>>;

/** A request of an access token with these parameters in its form. */
export function tokenForm(parameters: Parameters, headers: Parameters = {}): TokenCall {
  const body = new URLSearchParams({ grant_type: "client_credentials", ...parameters });
  return { method: "POST", headers, body };
}

/** Good and bad token requests of a client, with its secret in every place where one may stand. */
export function tokenCalls(id: string, secret: string): readonly TokenCall[] {
  const good = { client_id: id, client_secret: secret };
  const basic = { Authorization: `Basic ${btoa(`${id}:${secret}`)}` };
  return [
    tokenForm(good),
    tokenForm({ ...good, scope: "everything" }),
    tokenForm({ client_id: secret, client_secret: id }),
    tokenForm({ ...good, client_secret: `${secret}x` }),
    tokenForm({ ...good, grant_type: "password", password: secret }),
    tokenForm({}, basic),
    tokenForm(good, basic),
    { ...tokenForm({}, { Authorization: `Bearer ${secret}` }), query: `?client_id=${id}` },
    { ...tokenForm({}), query: `?client_id=${id}&client_secret=${secret}` },
    { method: "POST", body: JSON.stringify(good) },
  ];
}
