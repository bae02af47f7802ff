import { isIPv4, isIPv6 } from 'node:net'
import { outOfRange, wrongType } from '../../values/argument-errors'
import { describe } from './describe'
import { MAX_PORT } from './numbers'

/** Allows underscores: host names have none, but container networks resolve names with them. */
const DNS_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i

/** Checks the addresses of meta servers. Gives each address once, in the order given. */
export function addresses(name: string, value: string | readonly string[]): string[] {
  const list = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(list)) {
    throw wrongType(`${name} must be a string or an array of strings, got ${describe(value)}`)
  }
  if (list.length === 0) throw outOfRange(`${name} must name at least one meta server, got an empty array`)
  return [...new Set(list.map((item) => address(name, item)))]
}

function address(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(`${name} must hold strings, got ${describe(value)}`)
  const text = value.trim()
  const wrong = flaw(text)
  if (wrong === undefined) return text
  throw wrongType(`${name}: ${JSON.stringify(shown(text))} is not a host:port address: ${wrong}`)
}

/** Hides what stands before an @: a URL given by mistake may hold a password, and errors end up in logs. */
function shown(text: string): string {
  return text.replace(/^.*@/s, '…@')
}

function flaw(text: string): string | undefined {
  if (text === '') return 'it is empty'
  const colon = text.lastIndexOf(':')
  if (colon < 0 || text.endsWith(']')) return 'it has no port'
  return hostFlaw(text.slice(0, colon)) ?? portFlaw(text.slice(colon + 1))
}

function hostFlaw(host: string): string | undefined {
  if (host.includes('@')) return 'it has an @, and there are no user names here'
  if (host === '') return 'it has no host'
  if (host.startsWith('[') && host.endsWith(']')) {
    return isIPv6(host.slice(1, -1)) ? undefined : `${host} is not an IPv6 address`
  }
  if (host.includes(':')) return 'an IPv6 address needs brackets, as in [::1]:34601'
  if (/^[\d.]+$/.test(host)) return isIPv4(host) ? undefined : `${host} is not an IPv4 address`
  return DNS_NAME.test(host) ? undefined : `${JSON.stringify(host)} is not a host name`
}

function portFlaw(port: string): string | undefined {
  const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= MAX_PORT
  return isPort ? undefined : `its port must be a number from 1 to ${MAX_PORT}`
}
