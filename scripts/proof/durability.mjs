// Kills the local server during writes and checks that every acknowledged row is there, damages its files byte by byte,
// and fills its disk: `npm run durability -- --rounds 50 --seed 7 --places 2000`. `rounds` is the number of kills;
// `places` is how many bytes of each large file are damaged, one at a time (a quarter of that in a small file).
// One test may run for minutes, so this run is not ended after 60 s.
import { parseArgs } from 'node:util'
import { run } from '../run.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    places: { type: 'string', default: '400' },
  },
})
const env = { ...process.env }
for (const [name, value] of Object.entries(values)) {
  if (!/^[1-9]\d{0,8}$/.test(value)) {
    process.stderr.write(`--${name} must be a whole number from 1, not ${value}\n`)
    process.exit(2)
  }
  env[`PEGASUS_DURABILITY_${name.toUpperCase()}`] = value
}
// Built with optimizations, as the journal grows and is read at each start.
const test = ['test', '--release', '--package', 'pegasus-local', '--test', 'server', 'durability']
run('cargo', [...test, '--', '--nocapture'], { env })
