/** The filter that finds people by what is written into the field: an address, or the start of a user name or display name. */
export function searchFilter(text: string): string | undefined {
  if (text === "") return undefined;
  // A JSON text is how a filter writes one (RFC 7644 §3.4.2.2).
  const quoted = JSON.stringify(text);
  const isAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
  return isAddress
    ? `userName eq ${quoted} or emails.value eq ${quoted}`
    : `userName sw ${quoted} or displayName sw ${quoted}`;
}
