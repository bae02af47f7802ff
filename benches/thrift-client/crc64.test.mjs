import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc64, partitionIndex } from './crc64.mjs'

const hash = (text) => crc64(Buffer.from(text, 'latin1'))

test('crc64 is what the servers compute', () => {
  for (const [text, expected] of [
    ['', 0n],
    ['a', 0x8c2f8445b4cbfc3cn],
    ['user_1', 0x9ce68171e0151387n],
    ['123456789', 0xae8b14860a799888n],
    ['\xff\xff', 0xffff000000000000n],
  ]) {
    const { high, low } = hash(text)
    assert.equal((BigInt(high) << 32n) | BigInt(low), expected, text)
  }
})

test('partitions use the unsigned remainder', () => {
  assert.deepEqual(
    [3, 4, 8, 64].map((count) => partitionIndex(hash('user_1'), count)),
    [1, 3, 7, 7],
  )
})
