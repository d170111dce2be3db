import { Table, type TableProps } from "@mantine/core";
import type { ReactNode } from "react";

/** A table that scrolls sideways where the page is narrower than it, by keyboard too. */
export function WideTable({
  minWidth,
  children,
  ...table
}: Omit<TableProps, "data"> & { readonly minWidth: number; readonly children: ReactNode }) {
  return (
    <Table.ScrollContainer minWidth={minWidth} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing="sm" fz="sm" {...table}>
        {children}
      </Table>
    </Table.ScrollContainer>
  );
}
