import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const TICKS_A_SECOND = 100
const PARENT = 1
const GROUP = 2
const [USER, SYSTEM] = [11, 12]
const [CHILDREN_USER, CHILDREN_SYSTEM] = [13, 14]

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return ''
  }
}

const statOf = (pid: string | number): number[] =>
  (readProc(`${pid}/stat`).split(') ')[1] ?? '').split(' ').map(Number)

const secondsIn = (stat: readonly number[], fields: readonly number[]): number =>
  fields.reduce((sum, field) => sum + (stat[field] ?? 0), 0) / TICKS_A_SECOND

/** Seconds of processor time that a process has used. */
export const processSeconds = (pid: number): number => secondsIn(statOf(pid), [USER, SYSTEM])

const processes = (): { pid: number; stat: number[] }[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), stat: statOf(name) }))

/** The same of a Postgres server: of its processes, and of those that have ended. */
export function serverSeconds(folder: string): number {
  const pid = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0])
  const running = processes().filter(({ stat }) => stat[PARENT] === pid)
  const ended = secondsIn(statOf(pid), [USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM])
  return running.reduce((sum, { stat }) => sum + secondsIn(stat, [USER, SYSTEM]), ended)
}

/** The same of the processes of a group and their children that have ended, and the peak memory of the largest. */
export function groupUsage(group: number): { count: number; cpuSeconds: number; megabytes: number } {
  const members = processes().filter(({ stat }) => stat[GROUP] === group)
  const fields = [USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM]
  return {
    count: members.length,
    cpuSeconds: members.reduce((sum, { stat }) => sum + secondsIn(stat, fields), 0),
    megabytes: Math.max(...members.map(({ pid }) => peakMegabytes(pid))),
  }
}

export const peakMegabytes = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readProc(`${pid}/status`))?.[1] ?? 0) / 1024

/** Seconds of all processors since the start: in which they worked, and all. */
export interface MachineSeconds {
  busy: number
  all: number
}

/** Of the whole machine, with what runs beside this. */
export function machineSeconds(): MachineSeconds {
  // user nice system idle iowait irq softirq steal
  const ticks = readProc('stat').split('\n')[0]!.split(/\s+/).slice(1, 9).map(Number)
  const all = ticks.reduce((sum, one) => sum + one, 0)
  const [idle = 0, wait = 0] = ticks.slice(3)
  return { busy: (all - idle - wait) / TICKS_A_SECOND, all: all / TICKS_A_SECOND }
}
