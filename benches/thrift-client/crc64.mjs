// The hash that chooses the partition, computed in halves of 32 bits: BigInt and Long are many times slower.

const POLYNOMIAL = 0x9a6c9329ac4bc9b5n
const HIGH = new Int32Array(256)
const LOW = new Int32Array(256)

for (let byte = 0; byte < 256; byte++) {
  let crc = BigInt(byte)
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 0n ? crc >> 1n : (crc >> 1n) ^ POLYNOMIAL
  HIGH[byte] = Number(crc >> 32n) | 0
  LOW[byte] = Number(crc & 0xffffffffn) | 0
}

/** The two halves of a hash, unsigned. */
export function crc64(bytes) {
  let high = -1
  let low = -1
  for (let at = 0; at < bytes.length; at++) {
    const index = (low ^ bytes[at]) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ LOW[index]
    high = (high >>> 8) ^ HIGH[index]
  }
  return { high: ~high >>> 0, low: ~low >>> 0 }
}

/** The unsigned remainder. It is exact for a `count` below 21 bits, which all partition counts are. */
export function partitionIndex({ high, low }, count) {
  return ((high % count) * (2 ** 32 % count) + (low % count)) % count
}
