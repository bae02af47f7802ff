// Fails if the committed index.d.ts differs from the types that lib/ rolls up to.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildTypes } from '../build/build.mjs'
import { dependencies } from '../build/dependencies.mjs'
import { root } from '../run.mjs'

dependencies()
const folder = mkdtempSync(join(tmpdir(), 'pegasus-types-'))
const fresh = join(folder, 'index.d.ts')
buildTypes(fresh)
const same = readFileSync(fresh, 'utf8') === readFileSync(join(root, 'index.d.ts'), 'utf8')
rmSync(folder, { recursive: true })
if (!same) {
  process.stderr.write(
    'index.d.ts differs from what lib/ rolls up to: run npm run build:types and commit it\n',
  )
  process.exit(1)
}
