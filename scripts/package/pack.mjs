// Makes the tarballs of this platform: the package with the addon, and the main package that asks for it.
// npm run pack -- --out DIR
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { addonFile } from '../build/build.mjs'
import { prepare } from '../build/prepare.mjs'
import { output, root } from '../run.mjs'
import { checkAddon } from './check-addon.mjs'
import { notices } from './notices.mjs'

const require = createRequire(import.meta.url)
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** Fields of package.json that are not published. */
const OWN_FIELDS = ['scripts', 'devDependencies', 'overrides', 'napi']
const TEXTS = ['LICENSE', 'README.md']
const NOTICES = 'THIRD-PARTY-LICENSES.txt'

/** Packs both packages and returns the paths of the tarballs. */
export function pack(out) {
  prepare()
  checkAddon()
  mkdirSync(out, { recursive: true })
  const { platformTriple, SUPPORTED } = require('../../dist/crossing/loader.js')
  const stage = mkdtempSync(join(tmpdir(), 'pegasus-pack-'))
  try {
    return {
      platform: packFolder(stagePlatform(join(stage, 'platform'), platformTriple()), out),
      main: packFolder(stageMain(join(stage, 'main'), SUPPORTED), out),
    }
  } finally {
    rmSync(stage, { recursive: true })
  }
}

function stagePlatform(folder, triple) {
  const [os, cpu, libc] = triple.split('-')
  const file = addonFile()
  const { version, license, engines, keywords, repository, homepage } = manifest
  const name = `${manifest.napi.packageName}/${triple}`
  const description = `The native addon of ${manifest.name} for ${triple}`
  const platform = {
    os: [os],
    cpu: [cpu],
    ...(os === 'linux' && { libc: [libc === 'gnu' ? 'glibc' : libc] }),
  }
  const common = { version, description, keywords, license, repository, homepage, engines }
  mkdirSync(folder)
  writeJson(folder, { name, ...common, ...platform, main: file, files: [file, NOTICES] })
  copyFileSync(join(root, file), join(folder, file))
  writeFileSync(join(folder, NOTICES), notices())
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  writeFileSync(join(folder, 'README.md'), `${description}. Install ${manifest.name}, which asks for it.\n`)
  return folder
}

function stageMain(folder, triples) {
  const fields = Object.entries(manifest).filter(([name]) => !OWN_FIELDS.includes(name))
  // Added only here: in the repository `npm ci` would need them published already.
  const optionalDependencies = Object.fromEntries(
    triples.map((triple) => [`${manifest.napi.packageName}/${triple}`, manifest.version]),
  )
  mkdirSync(folder)
  writeJson(folder, { ...Object.fromEntries(fields), optionalDependencies })
  for (const path of [...manifest.files, ...TEXTS]) {
    cpSync(join(root, path), join(folder, path), { recursive: true })
  }
  return folder
}

function writeJson(folder, content) {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(content, null, 2)}\n`)
}

/** Returns the path of the tarball and the files in it. */
function packFolder(folder, out) {
  const printed = output('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out], {
    cwd: folder,
  })
  const [packed] = Object.values(JSON.parse(printed))
  return { path: join(out, packed.filename), files: packed.files.map(({ path }) => path) }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: '.' } } })
  for (const { path } of Object.values(pack(resolve(values.out)))) console.log(path)
}
