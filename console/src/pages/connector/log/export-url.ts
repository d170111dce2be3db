/** Where the same events are had as a file. */
export function exportUrl(
  id: string,
  filters: Readonly<Record<string, string | undefined>>,
): string {
  const given = Object.entries(filters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const query = new URLSearchParams([["format", "csv"], ...given]);
  return `/admin/v1/connectors/${encodeURIComponent(id)}/events/export?${query}`;
}
