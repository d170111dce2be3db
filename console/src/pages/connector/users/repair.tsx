import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../../api/caller.tsx";
import { api, bodyOf, type Schemas } from "../../../api/client.ts";
import { Confirm } from "../../../parts/confirm.tsx";
import { complain, tell } from "../../../parts/told.ts";
import { groupsOf } from "./readable.ts";

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
  const mayErase = useMay("admin");
  const [asked, ask] = useState<"deactivate" | "erase">();
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
    onError: complain,
  });
  const restore = useMutation({
    mutationFn: () => bodyOf(api.POST("/connectors/{id}/users/{userId}/restore", params)),
    onSuccess: async () => {
      tell("Restored, as it was when it was deleted.");
      await renew();
    },
    onError: complain,
  });
  const deactivate = async () => {
    await bodyOf(api.POST("/connectors/{id}/users/{userId}/deactivate", params));
    tell("Switched off.");
    await renew();
  };
  const erase = async () => {
    const { state } = await bodyOf(api.POST("/connectors/{id}/users/{userId}/erase", params));
    tell(state === "erased" ? "Erased." : "Erased here; the log is being cleared of the person.");
    await renew();
  };
  if (!isAllowed) return null;
  const name = user?.userName ?? userId;
  const isHere = user !== undefined && user.deletedAt === undefined;
  return (
    <Group gap="xs">
      {!isHere && (
        <Button
          variant="default"
          size="xs"
          loading={restore.isPending}
          onClick={() => restore.mutate()}
        >
          Restore, if it was deleted
        </Button>
      )}
      {isHere && user.active === false && (
        <Button
          variant="default"
          size="xs"
          loading={activate.isPending}
          onClick={() => activate.mutate()}
        >
          Activate
        </Button>
      )}
      {isHere && user.active !== false && (
        <Button color="red" variant="light" size="xs" onClick={() => ask("deactivate")}>
          Deactivate
        </Button>
      )}
      {mayErase && (
        <Button color="red" variant="light" size="xs" onClick={() => ask("erase")}>
          Erase
        </Button>
      )}
      <Confirm
        opened={asked === "deactivate"}
        close={() => ask(undefined)}
        title="Deactivate one user"
        action="Deactivate"
        act={deactivate}
      >
        {name} loses access at once: every webhook and feed of this connector is told. The
        provider's next word about the person wins over this one.
      </Confirm>
      <Confirm
        opened={asked === "erase"}
        close={() => ask(undefined)}
        title="Erase one person"
        action="Erase for good"
        act={erase}
        typed={name}
      >
        <ErasedInNumbers id={id} userId={userId} user={user} />
      </Confirm>
    </Group>
  );
}

const COUNTED_MAX = 500;

/** What goes with a person, in numbers. */
function ErasedInNumbers({
  id,
  userId,
  user,
}: {
  readonly id: string;
  readonly userId: string;
  readonly user: Schemas["User"] | undefined;
}) {
  const { data } = useQuery({
    queryKey: ["history", id, userId, "counted"],
    queryFn: () =>
      bodyOf(
        api.GET("/connectors/{id}/users/{userId}/events", {
          params: { path: { id, userId }, query: { limit: COUNTED_MAX } },
        }),
      ),
  });
  const groups = user === undefined ? 0 : groupsOf(user).length;
  const events =
    data === undefined
      ? "the events of the log"
      : `${counted(data.items.length, "event")}${data.nextCursor === null ? "" : " or more"} of the log`;
  return (
    <Stack gap="xs">
      <Text size="sm">
        1 user and {counted(groups, "membership")} go for good. In {events} the name, the bodies and
        the differences are cleared, and in every change of the person that the feed has. The
        application is told by user.erased.
      </Text>
      <Text size="sm">
        It cannot be taken back. If the provider still has the person, its next push makes a new
        user: remove the person there first.
      </Text>
    </Stack>
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
