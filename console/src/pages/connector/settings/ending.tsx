import { Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, bodyOf } from "../../../api/client.ts";
import { inDigits } from "../../../parts/plot.tsx";
import { Failure } from "../../../parts/states.tsx";

/** What becomes of the users of a directory that ends. */
export type Users = "keep" | "deactivate" | "delete";

const CHOICES: readonly { readonly value: Users; readonly label: string }[] = [
  { value: "deactivate", label: "are switched off" },
  { value: "delete", label: "are deleted" },
  { value: "keep", label: "stay in the application as they are" },
];

/** Asks what becomes of the users, and says what a deletion does in numbers. */
export function EndingInNumbers({
  id,
  users,
  choose,
  isMove = false,
}: {
  readonly id: string;
  readonly users: Users;
  readonly choose: (users: Users) => void;
  /** Whether it ends for its tenant alone, and stays with all that belongs to it. */
  readonly isMove?: boolean;
}) {
  const { data, error } = useQuery({
    queryKey: ["ending", id, users],
    queryFn: () =>
      bodyOf(api.GET("/connectors/{id}/ending", { params: { path: { id }, query: { users } } })),
  });
  return (
    <Stack gap="sm">
      <Select
        label={isMove ? "Its users, for the tenant that it leaves" : "Its users"}
        data={[...CHOICES]}
        value={users}
        allowDeselect={false}
        onChange={(value) => {
          const chosen = CHOICES.find((each) => each.value === value);
          if (chosen !== undefined) choose(chosen.value);
        }}
      />
      {error !== null && <Failure error={error} />}
      {data !== undefined && (
        <Text size="sm">
          {isMove
            ? `${inDigits(data.activeUsers)} active and ${inDigits(data.inactiveUsers)} inactive users and ${inDigits(data.groups)} groups end for its tenant. `
            : `${inDigits(data.activeUsers)} active and ${inDigits(data.inactiveUsers)} inactive users, ${inDigits(data.groups)} groups, ${data.tokens + data.clients} credentials, ${data.bridges} bridges, ${data.webhooks} webhooks and ${data.keys} keys go with it. `}
          The application is told of {inDigits(data.userEvents)} users and{" "}
          {inDigits(data.groupEvents)} groups.
        </Text>
      )}
    </Stack>
  );
}
