import { readFileSync } from 'node:fs'
import type { MemoryCgroup } from '../../support/memory-cgroup.ts'

const LOOK_EVERY_MS = 100
const KB = 1024

/** The highest values that were seen, in bytes. */
export interface Peaks {
  /** Of the group, without the page cache. */
  used: number
  /** Resident memory of the service's process, and its own part of that. */
  service: number
  serviceOwn: number
  /** Of processes that the service started, such as the one that draws share images. */
  children: number
  /** All processes of Postgres: their own, and what they share of shared_buffers. */
  postgresOwn: number
  postgresShared: number
  postgresProcesses: number
  /** Commands of the operator. */
  commands: number
}

/** Looks ten times a second, until `stop`. */
export function watchMemory(cgroup: MemoryCgroup, service: number) {
  const peaks: Peaks = {
    used: 0,
    service: 0,
    serviceOwn: 0,
    children: 0,
    commands: 0,
    postgresOwn: 0,
    postgresShared: 0,
    postgresProcesses: 0,
  }
  let atPeak: Peaks = { ...peaks }
  const look = () => {
    const seen = { ...looked(service, cgroup), used: cgroup.memory().used }
    if (seen.used > peaks.used) atPeak = seen
    for (const key of Object.keys(peaks) as (keyof Peaks)[]) peaks[key] = Math.max(peaks[key], seen[key])
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  return { peaks, atPeak: () => atPeak, stop: () => clearInterval(timer) }
}

function looked(service: number, cgroup: MemoryCgroup): Omit<Peaks, 'used'> {
  const all = cgroup
    .pids()
    .map(processOf)
    .filter((one) => one !== undefined)
  const servers = all.filter(({ name }) => name === 'postgres')
  const main = all.find(({ pid }) => pid === service)
  const others = all.filter(({ pid, name }) => pid !== service && name !== 'postgres')
  const sum = (list: readonly Process[]) => list.reduce((bytes, { own }) => bytes + own, 0)
  return {
    service: main?.resident ?? 0,
    serviceOwn: main?.own ?? 0,
    children: sum(others.filter(({ parent }) => parent === service)),
    commands: sum(others.filter(({ parent }) => parent !== service)),
    postgresOwn: sum(servers),
    postgresShared: Math.max(0, ...servers.map(({ shared }) => shared)),
    postgresProcesses: servers.length,
  }
}

interface Process {
  pid: number
  parent: number
  name: string
  resident: number
  own: number
  shared: number
}

/** Undefined if it has ended. */
function processOf(pid: number): Process | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const text = (field: string) => new RegExp(`^${field}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? ''
    const bytes = (field: string) => Number(text(field)) * KB
    return {
      pid,
      parent: Number(text('PPid')),
      name: text('Name'),
      resident: bytes('VmRSS'),
      own: bytes('RssAnon'),
      shared: bytes('RssShmem'),
    }
  } catch {
    return undefined
  }
}
