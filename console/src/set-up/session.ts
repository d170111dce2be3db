import { askAt, setupApi } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";

export { setupApi };

/** Who a set-up comes from. */
export interface Team {
  readonly name: string | null;
  readonly logo: string | null;
  readonly contact: string | null;
}

/** What a set-up link lets do, and with which connector. */
export interface Session {
  readonly connectorId: string;
  readonly can: readonly string[];
  readonly endsAt: string;
}

/** Whether somebody has opened a link that works; else what is wrong with it. */
export interface Opened {
  readonly team: Team;
  readonly session: Session | null;
  readonly problem: string | undefined;
}

const PATH = "/setup/session";

/** The secret of a link, which the first call takes out of the address bar and its history. */
function takeSecret(): string | undefined {
  const secret = window.location.hash.slice(1);
  if (!secret.startsWith("sgu_")) return undefined;
  window.history.replaceState(window.history.state, "", window.location.pathname);
  return secret;
}

/** Exchanges the secret in the address for a session; without one, asks for the session that the browser has. */
export async function openSetup(): Promise<Opened> {
  const secret = takeSecret();
  const problem = secret === undefined ? undefined : await exchange(secret);
  const answer = await askAt(PATH, "GET", {});
  // The gateway's own answer.
  const { team, session } = (await answer.json()) as Omit<Opened, "problem">;
  // A link that does not work must not show the connector of another one, opened before.
  return { team, session: problem === undefined ? session : null, problem };
}

async function exchange(secret: string): Promise<string | undefined> {
  try {
    await askAt(PATH, "POST", { Authorization: `Bearer ${secret}` });
    return undefined;
  } catch (error) {
    if (error instanceof ApiProblem && error.status >= 400 && error.status < 500) {
      return error.detail;
    }
    throw error;
  }
}

/** Closes the set-up in this browser. */
export async function closeSetup(): Promise<void> {
  await askAt(PATH, "DELETE", {});
}
