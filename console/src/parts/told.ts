import { notifications } from "@mantine/notifications";

/** Says that something was done, for a moment. */
export function tell(message: string): void {
  notifications.show({ message, color: "green", autoClose: 4_000 });
}
