#!/usr/bin/env node

const { runLocal } = require('../dist/program.js')

runLocal(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode
  },
  (error) => {
    process.stderr.write(`pegasus-local: ${error.message}\n`)
    process.exitCode = 1
  },
)
