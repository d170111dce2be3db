// The Bridge's fault test at full size: `npm run test:bridge [-- --users 1000000 --groups 1000 --kills 6]`. Its short
// form, with 2,000 users, 20 groups and 2 kills, is a part of `npm test`.
import { parseArgs } from "node:util";
import { runProgram } from "./lib/project.js";

const { values } = parseArgs({
  options: {
    groups: { type: "string", default: "1000" },
    users: { type: "string", default: "100000" },
    kills: { type: "string", default: "6" },
  },
});
process.env.BRIDGE_USERS = values.users;
process.env.BRIDGE_GROUPS = values.groups;
process.env.BRIDGE_KILLS = values.kills;
const { code } = await runProgram("vitest", [
  "run",
  "--project",
  "faults",
  "test/faults/bridge.test.ts",
]);
process.exitCode = code;
