import type { Endpoint } from "./endpoint.ts";
import { isSuccess } from "./judge.ts";
import { TEST_TYPE, testMessage } from "./message.ts";
import { openReceiver } from "./receiver.ts";
import { send } from "./send.ts";
import { sentColumns } from "./storage/try-log.ts";
import type { TryView } from "./views.ts";

/**
 * Sends a test event once, now, also where nothing else is delivered; undefined where the webhook is
 * deleted. It says nothing of the endpoint's health, and is not tried again.
 */
export async function sendTest(
  endpoint: Endpoint,
  webhookId: string,
): Promise<TryView | undefined> {
  const { fetch, clock, readKeys, safeUrl } = endpoint.tools;
  const target = await endpoint.readTarget(webhookId);
  if (target === undefined) return undefined;
  const time = clock.now();
  const message = testMessage(target, time);
  const receiver = await openReceiver(readKeys(), target);
  const sent = await send({ fetch, now: clock.now, safeUrl }, receiver.at(time), message);
  return endpoint.tries.note({
    eventId: message.id,
    type: TEST_TYPE,
    attempt: 1,
    time,
    outcome: isSuccess(sent) ? "delivered" : "failed",
    ...sentColumns(sent),
    nextTryAt: null,
  });
}
