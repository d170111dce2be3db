import { Anchor, Button, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";

/** A link to another page of the console; it has the colour of the text around it, and a line below. */
export function PlainLink({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  return (
    <Anchor component={Link} to={to} inherit c="inherit" underline="always">
      {children}
    </Anchor>
  );
}

/** A link that looks like a button. */
export function LinkButton({
  to,
  children,
  ...button
}: ButtonProps & { readonly to: string; readonly children: ReactNode }) {
  return (
    <Button component={Link} to={to} {...button}>
      {children}
    </Button>
  );
}
