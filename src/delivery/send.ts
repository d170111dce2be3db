import { readSafeUrl, type SafeUrlOptions, UnsafeUrl } from "#credentials/safe-url.ts";
import { redactReceived } from "./redact.ts";
import { parseRetryAfter } from "./schedule.ts";
import { signMessage } from "./signature.ts";

/** Where deliveries go, and how they are signed. */
export interface Receiver {
  readonly url: string;
  /** The live signing secrets: one, or two during a rotation. */
  readonly secrets: readonly string[];
}

/** What goes out in one try. */
export interface Message {
  /** The `webhook-id`: the same one for every try of an event. */
  readonly id: string;
  readonly body: string;
}

/** What a try needs of the world. */
export interface SendTools {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  /** Looked at before every try: what was allowed when it was stored need not be any more. */
  readonly safeUrl: SafeUrlOptions;
}

/** What came of one try. */
export type Sent =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** When the receiver wants the next try, in milliseconds since the epoch. */
      readonly retryAfter: number | undefined;
      /** The start of its answer, as text, without our secrets. */
      readonly answer: string;
      readonly latencyMs: number;
    }
  | { readonly kind: "unanswered"; readonly reason: string; readonly latencyMs: number };

const USER_AGENT = "scim-edge-webhooks/1";

const TIMEOUT_MS = 15_000;

/** More of an answer is never read, however much there is. */
const ANSWER_BYTES_MAX = 4_096;

/** Sends a message once, signed for this moment. Never throws: what went wrong is the result. */
export async function send(tools: SendTools, receiver: Receiver, message: Message): Promise<Sent> {
  const startedAt = tools.now();
  const latencyMs = () => tools.now() - startedAt;
  try {
    const { href } = readSafeUrl(receiver.url, tools.safeUrl);
    const response = await tools.fetch(href, await request(receiver, message, startedAt));
    const retryAfter = parseRetryAfter(response.headers.get("Retry-After"), tools.now());
    const answer = redactReceived(await readStart(response), receiver.secrets);
    return {
      kind: "answered",
      status: response.status,
      retryAfter,
      answer,
      latencyMs: latencyMs(),
    };
  } catch (error) {
    return { kind: "unanswered", reason: reasonOf(error), latencyMs: latencyMs() };
  }
}

async function request(
  { secrets }: Receiver,
  { id, body }: Message,
  at: number,
): Promise<RequestInit> {
  const timestamp = Math.floor(at / 1_000);
  return {
    method: "POST",
    // A redirect could lead where readSafeUrl would not let us go.
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      "Content-Type": "application/json",
      "User-Agent": USER_AGENT,
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": await signMessage({ id, timestamp, body }, secrets),
    },
    body,
  };
}

async function readStart(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let text = "";
  let room = ANSWER_BYTES_MAX;
  try {
    while (reader !== undefined && room > 0) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, room), { stream: true });
      room -= value.length;
    }
    // Not awaited for long: it only tells the receiver that nobody listens any more.
    await reader?.cancel();
  } catch {
    // The status had come, and it alone decides.
  }
  return text;
}

/** What an administrator sees; the messages of fetch may hold the URL, and so are left out. */
function reasonOf(error: unknown): string {
  if (error instanceof UnsafeUrl) return `The URL is not allowed: ${error.message}`;
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError") return "There was no answer within 15 seconds.";
  return "The connection failed.";
}
