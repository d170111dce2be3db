import { Alert, Button, Modal, Stack, Text } from "@mantine/core";
import { CopyValue } from "./copy.tsx";

/** A secret that was just made. It is shown this once. */
export interface FreshSecret {
  readonly title: string;
  /** What is copied, each under its name. */
  readonly values: readonly { readonly label: string; readonly value: string }[];
  /** What is to be done with it. */
  readonly note: string;
}

/** Shows a new secret until it is closed, and says that it is shown this once. */
export function SecretOnce({
  secret,
  close,
}: {
  readonly secret: FreshSecret | undefined;
  readonly close: () => void;
}) {
  return (
    <Modal
      opened={secret !== undefined}
      onClose={close}
      title={secret?.title}
      closeOnClickOutside={false}
      centered
      size="lg"
    >
      {secret !== undefined && (
        <Stack>
          <Alert color="yellow" title="Shown this once">
            Copy it before you close this window. Nobody can read it again here.
          </Alert>
          {secret.values.map(({ label, value }) => (
            <CopyValue key={label} label={label} value={value} />
          ))}
          <Text size="sm">{secret.note}</Text>
          <Button onClick={close}>I have copied it</Button>
        </Stack>
      )}
    </Modal>
  );
}
