import { Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, bodyOf, type Schemas } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import type { FreshSecret } from "../../parts/secret-once.tsx";

type Role = Schemas["NewKey"]["role"];

const ROLES: readonly { readonly value: Role; readonly label: string }[] = [
  { value: "directory", label: "directory: read users and groups" },
  { value: "feed", label: "feed: the same, and read changes" },
  { value: "operator", label: "operator: everything about connectors" },
  { value: "admin", label: "admin: everything" },
];

/** Asks for what a new key is to be, and shows it. */
export function NewKey({
  opened,
  close,
  show,
  renew,
}: {
  readonly opened: boolean;
  readonly close: () => void;
  readonly show: (secret: FreshSecret) => void;
  readonly renew: () => Promise<void>;
}) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [tenant, setTenant] = useState("");
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST("/keys", {
          body: {
            name: name.trim(),
            role,
            ...(role !== "admin" && tenant.trim() !== "" && { tenant: tenant.trim() }),
          },
        }),
      ),
    onSuccess: async ({ secret }) => {
      setName("");
      close();
      show({
        title: "New key",
        values: [{ label: "Key", value: secret }],
        note: "Give it to the program or the person that it is for, and to nobody else.",
      });
      await renew();
    },
  });
  return (
    <FormDialog
      opened={opened}
      close={close}
      title="New key"
      sending={mutation}
      isReady={name.trim() !== ""}
    >
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Select
        label="Role"
        data={[...ROLES]}
        value={role}
        allowDeselect={false}
        onChange={(value) => {
          const chosen = ROLES.find((each) => each.value === value);
          if (chosen !== undefined) setRole(chosen.value);
        }}
      />
      <TextInput
        label="Tenant"
        description="Whose connectors it sees; all of them if it is left empty."
        disabled={role === "admin"}
        maxLength={200}
        value={tenant}
        onChange={(event) => setTenant(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
