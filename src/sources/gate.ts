import { randomUUID } from 'node:crypto'
import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import { leaveGate, passGate } from './gate.repo.ts'
import type { Manners } from './source.ts'

/** A process that dies while it asks keeps the gate for so much longer than an answer may take. */
const BEYOND_TIMEOUT_MS = 5000
/** Others may be asking: so long one waits for one's turn. */
const MAX_SLICE_MS = 600_000
/** Whoever only looks tries the gate so many times, or more. */
const LOOKS = 5

export interface AtGate {
  /** Left out, there is no gate: others cannot be known of. */
  db?: DatabaseOrTransaction
  /** "arxiv:cs.CL" */
  source: string
  day: Day
  manners: Manners
  wait(ms: number): Promise<unknown>
  signal?: AbortSignal
  /** Whoever only looks whether a service is well asks once, and waits for their turn for so long at most. */
  once?: { turnMs: number }
}

/**
 * Does some work when nobody else asks the service, anywhere. Where it wants to be left alone, everybody leaves it alone
 * for as long. Throws source.held where the gate stays shut for too long.
 */
export async function throughGate<T>(asking: AtGate, work: () => Promise<T>): Promise<T> {
  const { db, manners } = asking
  if (!db || manners.gapMs === 0) return work()
  const holder = randomUUID()
  const { service } = manners
  await takeTurn(asking, db, holder)
  let restMs = manners.gapMs
  try {
    return await work()
  } catch (error) {
    const seconds = error instanceof Fault ? Number(error.values.seconds ?? 0) : 0
    restMs = Math.max(restMs, seconds * 1000)
    throw error
  } finally {
    await leaveGate(db, { service, holder, restMs })
  }
}

// Whoever holds the gate is done, as a rule, long before it would open by itself: one looks after each gap.
async function takeTurn(asking: AtGate, db: DatabaseOrTransaction, holder: string): Promise<void> {
  const { source, day, manners, wait, signal } = asking
  const { service, timeoutMs } = manners
  const holdMs = timeoutMs + BEYOND_TIMEOUT_MS
  let waited = 0
  for (;;) {
    signal?.throwIfAborted()
    const ms = await passGate(db, { service, holder, holdMs })
    if (ms === 0) return
    const pause = pauseAtGate(asking, waited, ms)
    if (pause === undefined) throw new Fault('source.held', { source, day, seconds: Math.ceil(ms / 1000) })
    waited += pause
    await wait(pause)
  }
}

// Undefined where the gate, shut for `ms` more unless it is left before, is not waited for.
function pauseAtGate({ manners: { gapMs }, once }: AtGate, waited: number, ms: number): number | undefined {
  if (!once) return waited + ms > MAX_SLICE_MS ? undefined : Math.min(ms, gapMs)
  const pause = Math.min(ms, gapMs, once.turnMs / (LOOKS - 1))
  return waited + pause > once.turnMs ? undefined : pause
}
