import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { Failure } from "./states.tsx";

/** What a form does when it is sent, as `useMutation` gives it. */
export interface Sending {
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly mutate: () => void;
}

/** A dialog with a form that makes something: it is sent once, however often the button is pressed, and says what failed. */
export function FormDialog({
  opened,
  close,
  title,
  sending,
  isReady = true,
  children,
}: {
  readonly opened: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly sending: Sending;
  /** Whether what was filled in can be sent. */
  readonly isReady?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Modal opened={opened} onClose={close} title={title} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!sending.isPending && isReady) sending.mutate();
        }}
      >
        <Stack>
          {children}
          {sending.error !== null && <Failure error={sending.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={sending.isPending} disabled={!isReady}>
              Make it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
