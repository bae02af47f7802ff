// Measures this client, alone and against its peers, and prints the tables: `npm run bench -- --help`.
import { prepare } from '../scripts/build/prepare.mjs'
import { compareWithPeers } from './comparison.mjs'
import { chooseExperiments } from './experiments/index.mjs'
import { BadOptions, readOptions, usage } from './options.mjs'
import { reportOutages } from './outage/report.mjs'
import { prepareBenches } from './prepare.mjs'
import { reportScaling } from './scaling/report.mjs'

const GROUPS = { outage: reportOutages, scaling: reportScaling }

function chosen() {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options === undefined) {
      process.stdout.write(usage())
      process.exit(0)
    }
    if (options.group !== undefined) return { options }
    const choice = chooseExperiments(options)
    if (choice.experiments.length === 0) throw new BadOptions('these options leave no row')
    return { options, ...choice }
  } catch (error) {
    if (!(error instanceof BadOptions)) throw error
    process.stderr.write(`${error.message}\n\n${usage()}`)
    process.exit(2)
  }
}

const { options, experiments, leftOut } = chosen()
if (options.group !== undefined) {
  prepare()
  await GROUPS[options.group]({ ...options, isWritten: options.isForced })
} else {
  prepareBenches()
  const isWritten = await compareWithPeers(options, experiments, leftOut)
  if (options.isWhole) await reportOutages({ isWritten })
}
