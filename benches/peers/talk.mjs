// The talk with the runner: a line of JSON in, a line of JSON out, one at a time.
import { createInterface } from 'node:readline'

/** Obeys commands until there are no more; `commands` has a function for each. */
export async function obey(commands) {
  say('ready')
  for await (const line of createInterface({ input: process.stdin })) {
    const { command, ...fields } = JSON.parse(line)
    try {
      say({ result: (await commands[command](fields)) ?? null })
    } catch (error) {
      say({ error: error.stack ?? String(error) })
    }
  }
}

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
