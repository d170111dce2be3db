import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parseAnswer, type RawAnswer } from "./answer.ts";
import { bodyText, firstHalf, headText, type RawRequest, requestText } from "./requests.ts";

/** A client on one TCP connection to this machine, of which every byte and every pause is the test's own. */
export class RawClient {
  private received: Buffer = Buffer.alloc(0);
  private isEnded = false;
  private wake = () => {};

  private constructor(private readonly socket: Socket) {
    const end = () => {
      this.isEnded = true;
      this.wake();
    };
    socket.setNoDelay(true);
    // Nothing is read before it is asked for, so that a client can be slow to read.
    socket.on("readable", () => this.wake());
    socket.on("end", end);
    socket.on("close", end);
    // A connection that the server gives up is one of the outcomes, and told by its end.
    socket.on("error", () => {});
  }

  /** Connects to a port. */
  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: "127.0.0.1" });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve();
      });
    });
    return new RawClient(socket);
  }

  /** Hands bytes to the system, whether or not anybody is left to take them. */
  send(bytes: string): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(bytes, () => resolve());
    });
  }

  /** Sends in pieces of so many characters, each of which travels alone. */
  async drip(bytes: string, size: number): Promise<void> {
    for (let at = 0; at < bytes.length; at += size) {
      await this.send(bytes.slice(at, at + size));
      await nextTurn();
    }
  }

  /** Says that nothing more will be sent, and goes on reading. */
  finish(): void {
    this.socket.end();
  }

  /** Closes the connection. */
  hangUp(): void {
    this.socket.destroy();
  }

  /** Breaks the connection off (RST). */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** The next answer; undefined where the connection ends before it is whole. */
  async answer(): Promise<RawAnswer | undefined> {
    for (;;) {
      const parsed = parseAnswer(this.received, this.isEnded);
      if (parsed === undefined) {
        if (!(await this.receive())) return undefined;
      } else {
        this.received = parsed.rest;
        // RFC 9110 §15.2: an interim answer is not the last one.
        if (parsed.answer.status >= 200) return parsed.answer;
      }
    }
  }

  /** All whole answers up to the end of the connection. */
  async answers(): Promise<readonly RawAnswer[]> {
    const all: RawAnswer[] = [];
    for (;;) {
      const answer = await this.answer();
      if (answer === undefined) return all;
      all.push(answer);
    }
  }

  /** Takes up what the system holds, and waits where that is nothing; false at the end of the connection. */
  async receive(): Promise<boolean> {
    for (;;) {
      const chunk: Buffer | null = this.socket.read();
      if (chunk !== null) {
        this.received = Buffer.concat([this.received, chunk]);
        return true;
      }
      if (this.isEnded) return false;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

/** Sends one request on a connection of its own; undefined where the server gives no whole answer. */
export async function askRaw(port: number, bytes: string): Promise<RawAnswer | undefined> {
  const client = await RawClient.open(port);
  await client.send(bytes);
  const answer = await client.answer();
  client.hangUp();
  return answer;
}

/** All whole answers on a connection on which nothing but these bytes is sent. */
export async function converse(port: number, bytes: string): Promise<readonly RawAnswer[]> {
  const client = await RawClient.open(port);
  await client.send(bytes);
  client.finish();
  return await client.answers();
}

/** Opens a connection on which half of a request's body was sent, and tells what is missing. */
export async function openHalf(
  port: number,
  request: RawRequest,
): Promise<{ readonly client: RawClient; readonly rest: string }> {
  const client = await RawClient.open(port);
  const sent = `${headText(request)}${firstHalf(bodyText(request))}`;
  await client.send(sent);
  return { client, rest: requestText(request).slice(sent.length) };
}
