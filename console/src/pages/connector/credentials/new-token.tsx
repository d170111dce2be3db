import { Group, Radio, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, bodyOf } from "../../../api/client.ts";
import { FormDialog } from "../../../parts/form-dialog.tsx";
import type { FreshSecret } from "../../../parts/secret-once.tsx";

const DAY_MS = 86_400_000;

const LIVES = [
  { value: "", label: "Never" },
  { value: "90", label: "In 90 days" },
  { value: "180", label: "In 180 days" },
  { value: "365", label: "In a year" },
];

/** Asks for what a new token is to be, and shows it. */
export function NewToken({
  id,
  opened,
  close,
  show,
  renew,
}: {
  readonly id: string;
  readonly opened: boolean;
  readonly close: () => void;
  readonly show: (secret: FreshSecret) => void;
  readonly renew: () => Promise<void>;
}) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState("read-write");
  const [days, setDays] = useState("");
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST("/connectors/{id}/tokens", {
          params: { path: { id } },
          body: {
            scope: scope === "read" ? "read" : "read-write",
            ...(name.trim() !== "" && { name: name.trim() }),
            ...(days !== "" && {
              expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
            }),
          },
        }),
      ),
    onSuccess: async ({ secret }) => {
      setName("");
      close();
      show({
        title: "New token",
        values: [{ label: "Token", value: secret }],
        note: "Put it in place at the provider. The other tokens go on working until you revoke them.",
      });
      await renew();
    },
  });
  return (
    <FormDialog opened={opened} close={close} title="New token" sending={mutation}>
      <TextInput
        label="Name"
        description="How you tell it from others."
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Radio.Group label="It may" value={scope} onChange={setScope}>
        <Group mt={4}>
          <Radio value="read-write" label="read and write" />
          <Radio value="read" label="read alone" />
        </Group>
      </Radio.Group>
      <Select
        label="It ends"
        data={LIVES}
        value={days}
        allowDeselect={false}
        onChange={(value) => setDays(value ?? "")}
      />
    </FormDialog>
  );
}
