import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { wordsOf } from "../../../api/problem.ts";
import { Confirm } from "../../../parts/confirm.tsx";
import { tell } from "../../../parts/told.ts";

/** What may be done for one person past the provider: switch off, switch on, bring back. */
export function Repair({
  id,
  userId,
  user,
}: {
  readonly id: string;
  readonly userId: string;
  /** Undefined where the person is not here: perhaps deleted. */
  readonly user: Schemas["User"] | undefined;
}) {
  const isAllowed = useMay("operator");
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const params = { params: { path: { id, userId } } };
  const renew = async () => {
    await queries.invalidateQueries({ queryKey: ["user", id, userId] });
    await queries.invalidateQueries({ queryKey: ["history", id, userId] });
    await queries.invalidateQueries({ queryKey: ["users", id] });
  };
  const activate = useMutation({
    mutationFn: () => bodyOf(api.POST("/connectors/{id}/users/{userId}/activate", params)),
    onSuccess: async () => {
      tell("Switched on.");
      await renew();
    },
    onError: refused,
  });
  const restore = useMutation({
    mutationFn: () => bodyOf(api.POST("/connectors/{id}/users/{userId}/restore", params)),
    onSuccess: async () => {
      tell("Restored, as it was when it was deleted.");
      await renew();
    },
    onError: refused,
  });
  const deactivate = async () => {
    await bodyOf(api.POST("/connectors/{id}/users/{userId}/deactivate", params));
    tell("Switched off.");
    await renew();
  };
  if (!isAllowed) return null;
  if (user === undefined || user.deletedAt !== undefined) {
    return (
      <Button
        variant="default"
        size="xs"
        loading={restore.isPending}
        onClick={() => restore.mutate()}
        style={{ alignSelf: "flex-start" }}
      >
        Restore, if it was deleted
      </Button>
    );
  }
  if (user.active === false) {
    return (
      <Button
        variant="default"
        size="xs"
        loading={activate.isPending}
        onClick={() => activate.mutate()}
      >
        Activate
      </Button>
    );
  }
  return (
    <>
      <Button color="red" variant="light" size="xs" onClick={open}>
        Deactivate
      </Button>
      <Confirm
        opened={opened}
        close={close}
        title="Deactivate one user"
        action="Deactivate"
        act={deactivate}
      >
        {user.userName ?? user.id} loses access at once: every webhook and feed of this connector is
        told. The provider's next word about the person wins over this one.
      </Confirm>
    </>
  );
}

function refused(error: Error): void {
  notifications.show({ message: wordsOf(error), color: "red", autoClose: 8_000 });
}
