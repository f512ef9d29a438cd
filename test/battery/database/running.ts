import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../../src/core/database/database.ts'
import type { Arrival } from '../../support/smtp-sink.ts'
import type { Bench } from '../bench/delivery-bench.ts'
import { nudgeEach } from '../services/start-services.ts'

/** Slow enough for a fault to fall between any two steps. */
export const SERVER = { delayMs: 15, stepDelayMs: 4 }

/** Whether the process has neither ended nor been killed. */
export const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null

/** Whether that many more emails arrive within that time. */
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

const MAX_QUIET_MS = 90_000

/** Whether every batch gets done; waits while emails arrive, and a minute and a half more. */
export async function getsDone(db: Database, arrived: () => Arrival[]): Promise<boolean> {
  const openBatches = () => db.batch.count({ where: { doneAt: null } })
  let came = -1
  for (let quietSince = performance.now(); performance.now() - quietSince < MAX_QUIET_MS; ) {
    if ((await openBatches().catch(() => 1)) === 0) return true
    if (arrived().length > came) quietSince = performance.now()
    came = arrived().length
    await sleep(100)
  }
  return false
}

const NUDGE_MS = 300

/** Runs `work` while services are nudged regularly. */
export async function whileNudged<T>(bench: Bench, work: () => Promise<T>): Promise<T> {
  const nudges = await nudgeEach(bench, NUDGE_MS)
  try {
    return await work()
  } finally {
    await nudges.stop().catch(() => {}) // the database may never come back
  }
}
