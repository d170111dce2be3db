import { v7 as uuidv7 } from "uuid";
import type { SessionToStore } from "#store/admin/sessions.ts";
import { clientIp } from "./client-ip.ts";

const USER_AGENT_CHARACTERS_MAX = 300;

/** The session, or the link to one, of a browser that has just proved itself: by the hash of its new secret. */
export function newSession(request: Request, hash: string, endsAt: number): SessionToStore {
  const { headers } = request;
  const userAgent = headers.get("User-Agent")?.slice(0, USER_AGENT_CHARACTERS_MAX);
  return { id: uuidv7(), hash, endsAt, clientIp: clientIp(headers), userAgent };
}
