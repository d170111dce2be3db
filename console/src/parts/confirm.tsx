import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Failure } from "./states.tsx";

/**
 * Asks before something is done that cannot be taken back, and says what it does. It is done once, however often
 * the button is pressed; `typed` is a text that has to be written first.
 */
export function Confirm({
  opened,
  close,
  title,
  children,
  action,
  act,
  typed,
}: {
  readonly opened: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly children: ReactNode;
  /** The words of the button. */
  readonly action: string;
  readonly act: () => Promise<unknown>;
  readonly typed?: string;
}) {
  const [text, setText] = useState("");
  const mutation = useMutation({ mutationFn: act });
  const leave = () => {
    setText("");
    mutation.reset();
    close();
  };
  return (
    <Modal opened={opened} onClose={leave} title={title} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!mutation.isPending) mutation.mutate(undefined, { onSuccess: leave });
        }}
      >
        <Stack>
          <Text size="sm" component="div">
            {children}
          </Text>
          {typed !== undefined && (
            <TextInput
              label={`Write "${typed}" to go on`}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
          )}
          {mutation.error !== null && <Failure error={mutation.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              Leave it
            </Button>
            <Button
              type="submit"
              color="red"
              loading={mutation.isPending}
              disabled={typed !== undefined && text !== typed}
            >
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
