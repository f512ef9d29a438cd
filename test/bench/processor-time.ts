import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const TICKS_A_SECOND = 100
const PARENT = 1
const [USER, SYSTEM] = [11, 12]
const [CHILDREN_USER, CHILDREN_SYSTEM] = [13, 14]

export function readProc(path: string): string {
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

/** The same of a Postgres server: of its processes, and of those that have ended. */
export function serverSeconds(folder: string): number {
  const pid = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0])
  const running = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => stat[PARENT] === pid)
  const ended = secondsIn(statOf(pid), [USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM])
  return running.reduce((sum, stat) => sum + secondsIn(stat, [USER, SYSTEM]), ended)
}
