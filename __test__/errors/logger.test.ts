import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Logger, PegasusClient } from 'pegasus-client'
import { runScript } from '../support/child'
import { freshKey, world } from '../support/cluster'
import { deadAddress } from '../support/net'
import { until } from '../support/wait'

const w = world({ tables: { temp: 8, other: 4 } })

/** A test double of `console` that keeps its lines. */
class Lines implements Logger {
  readonly lines: [level: string, message: string][] = []
  error = (message: string) => void this.lines.push(['error', message])
  warn = (message: string) => void this.lines.push(['warn', message])
  info = (message: string) => void this.lines.push(['info', message])
  debug = (message: string) => void this.lines.push(['debug', message])

  get text(): string {
    return this.lines.map(([level, message]) => `${level} ${message}`).join('\n')
  }
}

/** A logger like pino: methods on the prototype that need their `this`, a level, and `isLevelEnabled`. */
class PinoLike {
  static readonly NUMBERS: Record<string, number> = {
    debug: 20,
    info: 30,
    warn: 40,
    error: 50,
    silent: Infinity,
  }
  readonly written: string[] = []
  constructor(readonly level: string) {}
  isLevelEnabled(level: string) {
    return (PinoLike.NUMBERS[level] as number) >= (PinoLike.NUMBERS[this.level] as number)
  }
  #write(level: string, msg: string) {
    if (this.isLevelEnabled(level)) this.written.push(JSON.stringify({ level, msg }))
  }
  error(msg: string) {
    this.#write('error', msg)
  }
  warn(msg: string) {
    this.#write('warn', msg)
  }
  info(msg: string) {
    this.#write('info', msg)
  }
  debug(msg: string) {
    this.#write('debug', msg)
  }
}

async function use(logger: Logger | null | undefined): Promise<void> {
  const client = await w.connect(logger === undefined ? {} : { logger })
  const table = await client.openTable('temp')
  const key = freshKey()
  await table.set(key, 's', 'v')
  await table.get(key, 's')
  await client.close()
}

describe('a logger', () => {
  it('like console is told what the client does', async () => {
    const logger = new Lines()
    await use(logger)
    await until('a line was written', () => logger.lines.length > 0)
    for (const [level, message] of logger.lines) {
      assert.match(level, /^(error|warn|info|debug)$/)
      assert.ok(typeof message === 'string' && message !== '')
    }
    assert.match(logger.text, new RegExp(w.cluster.metaServers[0] as string))
  })

  it('like pino keeps its this, and gets no line it would not write', async () => {
    const verbose = new PinoLike('debug')
    await use(verbose)
    await until('a line was written', () => verbose.written.length > 0)
    const silent = new PinoLike('silent')
    let asked = 0
    silent.info = silent.debug = silent.warn = silent.error = () => void asked++
    await use(silent)
    assert.equal(asked, 0)
  })

  it('learns of a cluster that is not there', async () => {
    const logger = new Lines()
    const address = await deadAddress()
    await assert.rejects(PegasusClient.connect({ metaServers: address, timeoutMs: 300, logger }), {
      code: 'ERR_NETWORK_FAILURE',
    })
    await until('the address is named', () => logger.text.includes(address))
  })

  it('never sees what users store', async () => {
    const logger = new Lines()
    const client = await w.connect({ logger })
    const table = await client.openTable('temp')
    await table.set('secret-hash-key', 'secret-sort-key', 'secret-value')
    await table.multiGet('secret-hash-key', ['secret-sort-key'])
    await assert.rejects(table.set('secret-hash-key', 'secret-sort-key', 'secret-value'.repeat(120_000)))
    await client.close()
    await until('a line was written', () => logger.lines.length > 0)
    assert.doesNotMatch(logger.text, /secret/)
  })

  it('of null or none leaves both standard streams silent, also when things go wrong', async () => {
    const child = await runScript(
      `
      const { PegasusClient } = require('pegasus-client')
      async function main() {
        for (const options of [{}, { logger: null }]) {
          const client = await PegasusClient.connect({ metaServers: process.argv[1], ...options })
          await client.openTable('temp')
          await client.openTable('missing').catch(() => {})
          await PegasusClient.connect({ metaServers: process.argv[2], timeoutMs: 300, ...options }).catch(() => {})
          await client.close()
        }
      }
      main()`,
      [w.cluster.metaServers[0] as string, await deadAddress()],
    )
    assert.deepEqual(child, { code: 0, signal: null, stdout: '', stderr: '' })
  })

  it('hears nothing more once its client is closed', async () => {
    const logger = new Lines()
    const client = await w.connect({ logger })
    await client.openTable('temp')
    await client.close()
    const before = logger.lines.length
    await use(new Lines())
    assert.equal(logger.lines.length, before)
  })

  it('that throws breaks nothing, and is reported once', async () => {
    const warnings: (Error & { code?: string })[] = []
    const onWarning = (warning: Error) => void warnings.push(warning)
    process.on('warning', onWarning)
    const fail = () => {
      throw new Error('the disk is full')
    }
    await use({ error: fail, warn: fail, info: fail, debug: fail })
    await until('the warning came', () => warnings.length > 0)
    process.off('warning', onWarning)
    const ours = warnings.filter(({ code }) => code === 'PEGASUS_LOGGER')
    assert.equal(ours.length, 1)
    assert.match(String(ours[0]), /threw: Error: the disk is full$/)
  })

  it('that throws something without a text is reported in words too', async () => {
    const warnings: (Error & { code?: string })[] = []
    const onWarning = (warning: Error) => void warnings.push(warning)
    process.on('warning', onWarning)
    const things: [thrown: unknown, text: RegExp][] = [
      ['', /threw: ''$/],
      [undefined, /threw: undefined$/],
      [Symbol('s'), /threw: Symbol\(s\)$/],
      [Object.create(null), /threw: \[Object: null prototype\] \{\}$/],
    ]
    for (const [thing] of things) {
      const fail = () => {
        throw thing
      }
      await use({ error: fail, warn: fail, info: fail, debug: fail })
    }
    await until('the warnings came', () => warnings.length >= things.length)
    process.off('warning', onWarning)
    assert.equal(warnings.length, things.length)
    for (const [at, [, text]] of things.entries()) assert.match(String(warnings[at]), text)
  })
})

describe('two loggers', () => {
  it('of two clients do not mix', async () => {
    const [one, other] = [new Lines(), new Lines()]
    const dead = await deadAddress()
    const first = await w.connect({ logger: one })
    await assert.rejects(PegasusClient.connect({ metaServers: dead, timeoutMs: 300, logger: other }), {
      code: 'ERR_NETWORK_FAILURE',
    })
    const third = await w.connect({ logger: other, metaServers: [dead, ...w.cluster.metaServers] })
    await first.openTable('temp')
    await third.openTable('other')
    await until('both wrote', () => one.lines.length > 0 && other.text.includes(dead))
    assert.doesNotMatch(one.text, new RegExp(dead))
    await Promise.all([first.close(), third.close()])
  })

  it('one logger may serve two clients', async () => {
    const logger = new Lines()
    await use(logger)
    const before = logger.lines.length
    await use(logger)
    assert.ok(logger.lines.length > before && before > 0)
  })
})
