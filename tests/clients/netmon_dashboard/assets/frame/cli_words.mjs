// Reads lists of words, writes the command lines that are copied.
import { commandOf } from "../../../../../clients/netmon_dashboard/assets/frame/cli.js";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { commands, socket } = JSON.parse(Buffer.concat(chunks).toString());
process.stdout.write(JSON.stringify(commands.map((words) => commandOf(words, socket))));
