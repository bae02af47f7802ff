// Measures how much of the machine other programs used during a measurement. Much of it makes the figures worthless.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Linux counts CPU time of a process in units of 1/100 s. */
const TICKS = 100
const USER_TIME = 11
const SYSTEM_TIME = 12

/** Runs `work`; returns its result and the share of all cores that others used. The share is known on Linux only. */
export async function watchOthers(pids, work) {
  if (process.platform !== 'linux') return { result: await work(), share: undefined }
  const [all, own, startedAt] = [busySeconds(), secondsOf(pids), performance.now()]
  const result = await work()
  const seconds = ((performance.now() - startedAt) / 1000) * cpus().length
  const others = busySeconds() - all - (secondsOf(pids) - own)
  return { result, share: Math.max(0, others / seconds) }
}

function busySeconds() {
  const times = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq)
  return times.reduce((sum, time) => sum + time, 0) / 1000
}

function secondsOf(pids) {
  return pids.reduce((sum, pid) => sum + processSeconds(readFileSync(`/proc/${pid}/stat`, 'utf8')), 0)
}

/** User and system time of a process. Its name, in parentheses, may contain anything. */
export function processSeconds(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) / TICKS
}
