import { Badge } from "@mantine/core";

/** How a request ended, by the class of its status. */
export function StatusBadge({ status }: { readonly status: number }) {
  return (
    <Badge variant="filled" color={colorOf(status)} miw={48}>
      {status}
    </Badge>
  );
}

function colorOf(status: number): string {
  if (status >= 500) return "grape";
  if (status >= 400) return "red";
  if (status >= 300) return "gray";
  return status === 202 ? "yellow" : "green";
}

/** Whether a connector works. */
export function ConnectorBadge({
  status,
  staged,
}: {
  readonly status: "active" | "disabled";
  readonly staged: boolean;
}) {
  if (status === "disabled") return <Badge color="gray">disabled</Badge>;
  if (staged) return <Badge color="yellow">staged</Badge>;
  return <Badge color="green">active</Badge>;
}

/** Whether a user may sign in. */
export function UserBadge({
  active,
  deletedAt,
  claimed,
}: {
  readonly active: boolean | undefined;
  readonly deletedAt: string | undefined;
  /** False for an imported user, whose person is to come. */
  readonly claimed: boolean | undefined;
}) {
  if (deletedAt !== undefined) return <Badge color="red">deleted</Badge>;
  if (active === false) return <Badge color="gray">inactive</Badge>;
  if (claimed === false) return <Badge color="yellow">imported, waits</Badge>;
  return <Badge color="green">active</Badge>;
}
