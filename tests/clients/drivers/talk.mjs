/**
 * The half of a driver that all have in common: commands come in on lines, and what happens goes out on lines.
 *
 * In:  {"call": name, "with": [arguments]}
 * Out: {"result": value} or {"error": text} once for each command, and {"from", "event", "data"} whenever something happens.
 */
import { createInterface } from "node:readline";

/** Tell the test what happened. */
export function tell(from, event, data = null, more = {}) {
  print({ from, event, data, ...more });
}

/** Tell the test of every event of a dispatcher of pusher-js. */
export function tellAll(from, dispatcher) {
  dispatcher.bind_global((event, data) => tell(from, event, data));
}

/** Carry out the commands that come, until there are no more. */
export async function listen(commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { call, with: given } = JSON.parse(line);
    try {
      print({ result: (await commands[call](...given)) ?? null });
    } catch (error) {
      print({ error: String(error), status: error.status ?? null, body: error.body ?? null });
    }
  }
  process.exit();
}

function print(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
