import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, it } from 'node:test'

const MODULE = join(__dirname, '..', '..', 'scripts', 'tests', 'rust-tests.mjs')

/** Runs the watcher over a Node script that stands for cargo; gives what it prints and its exit code. */
async function watched(script: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const watcher = `import { endedWhenTooLong } from ${JSON.stringify(MODULE)}
    process.exitCode = await endedWhenTooLong(process.execPath, ['-e', ${JSON.stringify(script)}])`
  const child = spawn(process.execPath, ['--input-type=module', '-e', watcher])
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

/**
 * A program that never ends, as text. Its process is a child of the one that stands for cargo, and shares its output:
 * the watcher does not return before both are gone.
 */
const forEver = (line: string) => `
  const { spawn } = require('node:child_process')
  const program = 'console.log(process.argv[1]); setInterval(() => {}, 1000)'
  spawn(process.execPath, ['-e', program, ${JSON.stringify(line)}], { stdio: 'inherit' })`

describe('a Rust test that never ends', () => {
  for (const before of ['', '...']) {
    it(`is ended with the process that runs it, and named, after ${before || 'nothing'}`, {
      timeout: 20_000,
    }, async () => {
      const { code, stderr } = await watched(
        forEver(`${before}test net::pool::waits has been running for over 60 seconds`),
      )
      assert.equal(code, 1)
      assert.match(stderr, /^net::pool::waits ran longer than 60 s: the tests were ended$/m)
    })
  }
})

describe('Rust tests that end', () => {
  it('keep their output and their exit code', async () => {
    const { code, stdout, stderr } = await watched(`console.log('test one ... ok'); process.exitCode = 101`)
    assert.deepEqual({ code, stdout, stderr }, { code: 101, stdout: 'test one ... ok\n', stderr: '' })
  })
})
