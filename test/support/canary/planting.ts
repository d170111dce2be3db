import type { openGateway, ScimRequest, TestAnswer } from "#test/support/gateway.ts";
import type { Canaries } from "./canaries.ts";

/** How secrets are planted through the admin API: its answers are kept to be searched. */
export interface Planting {
  readonly canaries: Canaries;
  /** What providers and receivers were told, and repeated. */
  readonly told: string[];
  /** The id of a new connector. */
  readonly connector: () => Promise<string>;
  /** A call with the admin token, through the gateway that works. */
  readonly admin: (path: string, request?: Request) => Promise<TestAnswer>;
  /** The same for a call that shows a new secret, which is planted: the rest of the answer is kept. */
  readonly showing: (path: string, request: Request) => Promise<ShownSecret>;
  /** The same call through gateways whose D1 fails, and tells of a secret. */
  readonly failing: (secret: string, path: string, request?: Request) => Promise<void>;
}

/** What is known of something that was made with a secret. */
export interface ShownSecret {
  readonly id: string;
  readonly secret: string;
}

/** What planting needs of its test. */
export interface PlantingTools {
  readonly canaries: Canaries;
  readonly token: string;
  /** Seals under the keys with which Durable Objects open. */
  readonly gateway: Gateway;
  readonly failing: (secret: string) => readonly Gateway[];
  readonly connector: Planting["connector"];
  /** Where answers are kept. */
  readonly answers: TestAnswer[];
}

type Gateway = ReturnType<typeof openGateway>;
type Request = Omit<ScimRequest, "basePath">;

/** Plants with the tools of a test. */
export function createPlanting(tools: PlantingTools): Planting {
  const { canaries, token, gateway, failing, connector, answers } = tools;
  const call = (path: string, request: Request = {}) => gateway.admin(path, { token, ...request });
  return {
    canaries,
    told: [],
    connector,
    admin: async (path, request) => {
      const answer = await call(path, request);
      answers.push(answer);
      return answer;
    },
    showing: async (path, request) => {
      const answer = await call(path, request);
      const { secret, ...body } = answer.body;
      answers.push({ ...answer, body });
      canaries.add("webhook secret", secret);
      canaries.add("webhook secret", secret.replace("whsec_", ""));
      return { id: body.id, secret };
    },
    failing: async (secret, path, request = {}) => {
      for (const asked of failing(secret)) {
        answers.push(await asked.admin(path, { token, ...request }));
      }
    },
  };
}
