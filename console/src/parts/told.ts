import { notifications } from "@mantine/notifications";
import { wordsOf } from "../api/problem.ts";

const CLOSE = { closeButtonProps: { "aria-label": "Close" } };

/** Says that something was done, for a moment. */
export function tell(message: string): void {
  notifications.show({ ...CLOSE, message, color: "green", autoClose: 4_000 });
}

/** Says why something was not done, long enough to be read. */
export function complain(error: unknown): void {
  notifications.show({ ...CLOSE, message: wordsOf(error), color: "red", autoClose: 10_000 });
}
