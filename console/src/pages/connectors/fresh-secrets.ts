/** Secrets that were just made, until the page is left or loaded anew: nowhere else are they kept. */
const SECRETS = new Map<string, string>();

/** Keeps the secret of a new connector's first token for the page that shows it. */
export function keepFreshSecret(connectorId: string, secret: string): void {
  SECRETS.set(connectorId, secret);
}

/** The secret of a connector that was made in this page; undefined after it was loaded anew. */
export function freshSecret(connectorId: string): string | undefined {
  return SECRETS.get(connectorId);
}
