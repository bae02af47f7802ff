// Reads as much of the ELF format (64 bits, little-endian) as is needed to list a library's exports and sections.

const SYMBOL_LENGTH = 24
const SHN_UNDEF = 0
/** Symbol bindings that are visible to other files: global and weak. */
const GLOBAL = [1, 2]

/** Names of sections and of exported symbols; `undefined` if the file is not such an ELF file. */
export function readElf(bytes) {
  const isElf64 =
    bytes.length > 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2 && bytes[5] === 1
  if (!isElf64) return undefined
  const sections = readSections(bytes)
  const symbols = sections.find(({ name }) => name === '.dynsym')
  const strings = sections.find(({ name }) => name === '.dynstr')
  if (symbols === undefined || strings === undefined) throw new Error('the file has no dynamic symbols')
  const exported = []
  for (let at = symbols.offset; at < symbols.offset + symbols.size; at += SYMBOL_LENGTH) {
    const isGlobal = GLOBAL.includes(bytes[at + 4] >> 4)
    const isDefined = bytes.readUInt16LE(at + 6) !== SHN_UNDEF
    if (isGlobal && isDefined) exported.push(textAt(bytes, strings.offset + bytes.readUInt32LE(at)))
  }
  return { sections: sections.map(({ name }) => name), exported }
}

function readSections(bytes) {
  const [start, length] = [Number(bytes.readBigUInt64LE(40)), bytes.readUInt16LE(58)]
  const [count, namesIndex] = [bytes.readUInt16LE(60), bytes.readUInt16LE(62)]
  const sections = Array.from({ length: count }, (_, index) => {
    const at = start + index * length
    const [offset, size] = [bytes.readBigUInt64LE(at + 24), bytes.readBigUInt64LE(at + 32)].map(Number)
    return { nameAt: bytes.readUInt32LE(at), offset, size }
  })
  const names = sections[namesIndex].offset
  return sections.map(({ nameAt, ...section }) => ({ ...section, name: textAt(bytes, names + nameAt) }))
}

function textAt(bytes, at) {
  return bytes.toString('latin1', at, bytes.indexOf(0, at))
}
