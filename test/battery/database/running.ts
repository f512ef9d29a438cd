import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Arrival } from '../../support/smtp-sink.ts'
import type { Bench } from '../bench/delivery-bench.ts'
import { nudgeEach } from '../many/crew-of-services.ts'

export const SEED = 20261125
/** Long enough for a fault to fall between any two steps. */
export const SERVER = { delayMs: 15, stepDelayMs: 4 }

/** Neither ended nor killed: the process that was started. */
export const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null

/** Whether so many more mails come within that time. */
export async function doMoreArrive(
  arrived: () => Arrival[],
  count: number,
  withinMs = 15_000,
): Promise<boolean> {
  const before = arrived().length
  for (const end = performance.now() + withinMs; performance.now() < end; ) {
    if (arrived().length >= before + count) return true
    await sleep(20)
  }
  return false
}

/** Whether every chunk is done within that time, however often the database does not answer meanwhile. */
export async function isDoneWithin({ db }: Bench, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    const open = await db.chunk.count({ where: { doneAt: null } }).catch(() => 1)
    if (open === 0) return true
    await sleep(100)
  }
  return false
}

const NUDGE_MS = 300

/** Does `work` while services are told again and again that there may be something to do. */
export async function whileNudged<T>(bench: Bench, work: () => Promise<T>): Promise<T> {
  const nudges = await nudgeEach(bench, NUDGE_MS)
  try {
    return await work()
  } finally {
    await nudges.stop().catch(() => {}) // the database may be away for good
  }
}
