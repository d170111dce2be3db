import { Badge } from "@mantine/core";

/** Whether a credential still works. */
export function CredentialState({
  revokedAt,
  expiresAt = null,
}: {
  readonly revokedAt: string | null;
  readonly expiresAt?: string | null;
}) {
  if (revokedAt !== null) return <Badge color="gray">revoked</Badge>;
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= Date.now();
  return <Badge color={isOver ? "gray" : "green"}>{isOver ? "ended" : "works"}</Badge>;
}

/** Whether a credential still works, for what is offered to be done with it. */
export function works({
  revokedAt,
  expiresAt = null,
}: {
  readonly revokedAt: string | null;
  readonly expiresAt?: string | null;
}): boolean {
  return revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now());
}
