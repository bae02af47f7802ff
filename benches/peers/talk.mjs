// The protocol with the runner: one line of JSON in, one line of JSON out.
import { createInterface } from 'node:readline'

/** Carries out commands until the input ends; `commands` has a function for each. */
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
