// Stores every package.json under node_modules in a local cluster, row by row, and reads the rows back in every way
// that the API has. The exit code is 1 if anything differs from what was written.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FilterType, LocalCluster, PegasusClient } from 'pegasus-client'
import { ProgressBar } from './progress-bar.mjs'

const TABLE = 'packages'
const PARTITIONS = 8
const CONCURRENCY = 64
/** Half of what a server accepts in one write, which leaves room for the frame. */
const CHUNK_BYTES = 512 * 1024
/** Limits above the defaults, which would cut long replies. */
const NO_LIMITS = { maxKvCount: 0, maxKvSize: 0 }
const modules = fileURLToPath(new URL('../node_modules', import.meta.url))

/** All files with this name below a folder, always in the same order. */
function findFiles(folder, name) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return findFiles(path, name)
      return entry.isFile() && entry.name === name ? [path] : []
    })
}

/** The rows to store: hash key `name@version`, sort key a top-level field, value its JSON. */
function readPackages(files) {
  const packages = new Map()
  let skipped = 0
  for (const file of files) {
    const content = parse(readFileSync(file, 'utf8'))
    if (content?.name && content.version)
      packages.set(`${content.name}@${content.version}`, fieldsOf(content))
    else skipped++
  }
  return { packages, skipped }
}

/** Reads a package.json. Some packages contain broken ones for their own tests. */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function fieldsOf(content) {
  return new Map(Object.entries(content).map(([field, value]) => [field, JSON.stringify(value)]))
}

/** Divides entries into groups that fit into one write. */
function* chunks(fields) {
  let chunk = []
  let size = 0
  for (const [sortKey, value] of fields) {
    const bytes = Buffer.byteLength(sortKey) + Buffer.byteLength(value)
    if (size + bytes > CHUNK_BYTES && chunk.length > 0) {
      yield chunk
      chunk = []
      size = 0
    }
    chunk.push([sortKey, value])
    size += bytes
  }
  if (chunk.length > 0) yield chunk
}

/** Calls `work` for every item, several at a time. */
async function forEach(items, work) {
  const rest = items[Symbol.iterator]()
  const worker = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
}

async function write(table, packages) {
  const bar = new ProgressBar('writing packages', packages.size)
  await forEach(packages, async ([hashKey, fields]) => {
    for (const chunk of chunks(fields)) await table.multiSet(hashKey, chunk)
    bar.advance()
  })
  bar.end()
}

/** Reads every row by its two keys. */
async function compareByKey(table, packages) {
  await forEach(packages, async ([hashKey, fields]) => {
    for (const [sortKey, value] of fields) {
      expectSame(`${hashKey} ${sortKey}`, value, String(await table.get(hashKey, sortKey)))
    }
  })
}

/** Reads the fields of every package whose names are in a range. */
async function compareByRange(table, packages) {
  await compareSome(packages, (hashKey) => table.multiGetOpt(hashKey, 'd', 'n', NO_LIMITS), inRange)
}

const inRange = (field) => field >= 'd' && field < 'n'

/** Reads the fields of every package whose names start with, contain, or end with a text. */
async function compareByFilter(table, packages) {
  const filters = [
    [FilterType.MatchPrefix, 'dev', (field) => field.startsWith('dev')],
    [FilterType.MatchAnywhere, 'epend', (field) => field.includes('epend')],
    [FilterType.MatchPostfix, 's', (field) => field.endsWith('s')],
  ]
  for (const [sortKeyFilterType, sortKeyFilterPattern, matches] of filters) {
    const options = { ...NO_LIMITS, sortKeyFilterType, sortKeyFilterPattern }
    await compareSome(packages, (hashKey) => table.multiGetOpt(hashKey, '', '', options), matches)
  }
}

async function compareSome(packages, read, matches) {
  await forEach(packages, async ([hashKey, fields]) => {
    const { entries, complete } = await read(hashKey)
    const expected = [...fields].filter(([field]) => matches(field)).sort(byBytes)
    const found = entries.map(({ sortKey, value }) => [String(sortKey), String(value)])
    expectSame(hashKey, JSON.stringify([expected, true]), JSON.stringify([found, complete]))
  })
}

const byBytes = ([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Scans the whole table, its partitions concurrently, and ticks off every expected row. */
async function compareByScan(table, packages) {
  const missing = new Map([...packages].map(([hashKey, fields]) => [hashKey, new Map(fields)]))
  const scan = async (scanner) => {
    for await (const { hashKey, sortKey, value } of scanner) {
      const fields = missing.get(String(hashKey))
      expectSame(`${hashKey} ${sortKey}`, fields?.get(String(sortKey)), String(value))
      // A row that comes twice is no longer expected the second time.
      fields.delete(String(sortKey))
    }
  }
  await Promise.all(table.getUnorderedScanners(PARTITIONS).map(scan))
  const lost = [...missing].flatMap(([hashKey, fields]) =>
    [...fields.keys()].map((field) => `${hashKey} ${field}`),
  )
  if (lost.length > 0) throw new Error(`not found by the scan: ${lost.join(', ')}`)
}

async function count(table) {
  let rows = 0
  const counting = table.getUnorderedScanners(PARTITIONS, { noValue: true }).map(async (scanner) => {
    for (let batch = await scanner.nextBatch(); batch !== null; batch = await scanner.nextBatch()) {
      rows += batch.length
    }
  })
  await Promise.all(counting)
  return rows
}

function expectSame(what, expected, found) {
  if (expected !== found) throw new Error(`${what}: wrote ${expected}, read ${found}`)
}

async function timed(what, work) {
  const start = performance.now()
  const result = await work()
  console.log(`${what.padEnd(58)} ${(performance.now() - start).toFixed(0).padStart(6)} ms`)
  return result
}

const { packages, skipped } = readPackages(findFiles(modules, 'package.json'))
const rows = [...packages.values()].reduce((sum, fields) => sum + fields.size, 0)
console.log(
  `${packages.size} packages with ${rows} fields (files without a name or a version, skipped: ${skipped})`,
)

const cluster = await timed('started a local cluster', () =>
  LocalCluster.start({ tables: { [TABLE]: PARTITIONS } }),
)
const client = await PegasusClient.connect({ metaServers: cluster.metaServers })
try {
  const table = await client.openTable(TABLE)
  await timed(`wrote ${rows} rows with multiSet`, () => write(table, packages))
  await timed('read each row by its key with get', () => compareByKey(table, packages))
  await timed('read each package by range with multiGetOpt', () => compareByRange(table, packages))
  await timed('read each package by filter with multiGetOpt', () => compareByFilter(table, packages))
  expectSame('the number of rows', rows, await timed('counted the table', () => count(table)))
  await timed('compared the whole table with what was written', () => compareByScan(table, packages))
  console.log('Everything read is what was written.')
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await client.close()
  await cluster.stop()
}
