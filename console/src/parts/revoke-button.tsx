import { Button } from "@mantine/core";

/** The button of a credential that asks whether it is to be revoked. */
export function RevokeButton({ ask }: { readonly ask: () => void }) {
  return (
    <Button size="compact-xs" variant="light" color="red" onClick={ask}>
      Revoke
    </Button>
  );
}
