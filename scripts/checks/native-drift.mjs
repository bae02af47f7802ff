// Fails when the committed lib/crossing/native.ts is not what src/ makes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FILE, nativeTypes } from '../build/native.mjs'
import { root } from '../run.mjs'

if (readFileSync(join(root, FILE), 'utf8') !== nativeTypes()) {
  process.stderr.write(`${FILE} differs from what src/ makes: run npm run build:native and commit it\n`)
  process.exit(1)
}
