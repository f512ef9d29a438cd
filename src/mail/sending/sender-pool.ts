import { monotonicMs } from '../../core/clock.ts'
import { isDatabaseFault, isDatabaseUnavailable } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { rampUpRate } from '../../limits/send-rate.ts'
import type { Compose, ComposedMail, Lane } from '../message.ts'
import { isWorkExpected } from '../outbox/batch.repo.ts'
import { mayStillSend } from '../outbox/message.repo.ts'
import { reachedMessage, type SmtpResult } from '../refusals/classify-reply.ts'
import type { SmtpClient } from '../smtp/smtp-client.ts'
import type { Permits } from './permits.ts'
import { Prefetcher, type Work } from './prefetcher.ts'
import type { Recorder } from './recorder.ts'
import type { Run } from './run.ts'
import { sleepUnlessAborted } from './sleep-unless-aborted.ts'

export interface SenderPoolInput {
  lane: Lane
  /** A name that no other drain has. */
  owner: string
  compose: Compose
  /** Milliseconds without progress after which leases are no longer renewed; a minute by default. */
  stalledAfterMs?: number
  /** Called if batches are ready beyond those that this process holds. */
  onMoreReady?: () => Promise<void>
}

export interface SenderPool {
  deps: Deps
  input: SenderPoolInput
  run: Run
  recorder: Recorder
  permits: Permits
  connections: SmtpClient[]
}

/** Each takes from a batch of its own, so that a slow domain leaves half of the connections to the others. */
const PREFETCHERS = 2
const FAULTS_IN_A_ROW = 3
const PAUSE_AFTER_FAULT_MS = 1000
const IDLE_POLL_MS = 500
/** How long a connection that could not be opened, while others can, waits before it tries again. */
const RECONNECT_AFTER_MS = 60_000
/** A domain whose next permit is farther off is left to a later run. */
const MAX_RATE_SECONDS = 60
/** A message that was checked longer ago, or before a write failed, is checked again before it begins. */
const CHECK_VALID_MS = 1000
/** How many times in a row, a second apart, the database may be away before a connection gives up. */
const MAX_DATABASE_FAULTS = 60

/**
 * Lets every connection work until nothing is ready, all are idle, no other worker holds a batch, and no rate is worth
 * waiting for. A connection that waits for a slow reply does not keep the others from new work. Rejects with the error
 * after which a connection could not continue.
 */
export async function runSenderPool(pool: SenderPool): Promise<void> {
  const { run, connections } = pool
  if (run.halt.aborted) return
  const prefetchers = openPrefetchers(pool)
  const stop = () => {
    for (const prefetcher of prefetchers) prefetcher.stop()
  }
  run.halt.addEventListener('abort', stop, { once: true })
  const idle = openIdleConnections(pool)
  const runConnection = async (smtp: SmtpClient, i: number) => {
    const prefetcher = prefetchers[i % prefetchers.length]!
    const connection = { smtp, prefetcher, recorded: Promise.resolve() }
    try {
      await sendLoop(pool, connection, idle)
    } finally {
      // A message that is given back before its acceptance is recorded would be sent twice.
      await connection.recorded.catch(() => {})
      await prefetcher.leave().finally(idle.leave)
    }
  }
  const ends = await Promise.allSettled(connections.map(runConnection))
  run.halt.removeEventListener('abort', stop)
  const closed = await Promise.allSettled(prefetchers.map((prefetcher) => prefetcher.close()))
  for (const end of [...ends, ...closed]) if (end.status === 'rejected') throw end.reason
}

function openPrefetchers({ deps, input, run, recorder, permits, connections }: SenderPool): Prefetcher[] {
  const { lane, owner, compose, stalledAfterMs, onMoreReady } = input
  const count = Math.min(PREFETCHERS, connections.length)
  const open = (i: number) =>
    new Prefetcher(deps, {
      lane,
      owner: `${owner}/${i + 1}`,
      size: Math.ceil((connections.length - i) / count),
      permits,
      compose,
      stalledAfterMs,
      onMoreReady,
      onEnded: recorder.recordEnded,
      isProbe: run.isProbe,
    })
  return Array.from({ length: count }, (_, i) => open(i))
}

/** Connections that found no work wait here. */
type IdleConnections = ReturnType<typeof openIdleConnections>

function openIdleConnections({ deps, input, run, connections }: SenderPool) {
  let working = connections.length
  let connected = connections.length
  let unreachable = 0
  let seen = run.countedMessages()
  let hasConnectionLeft = false
  const over = new AbortController()
  const wakes = AbortSignal.any([run.halt, over.signal])

  /** True if there may be new work since the last connections became idle. */
  const shouldLookAgain = async (): Promise<boolean> => {
    const hasChanged = run.countedMessages() > seen || hasConnectionLeft
    seen = run.countedMessages()
    hasConnectionLeft = false
    if (hasChanged) return true
    const now = deps.clock.now()
    const rampUp = rampUpRate(deps.config, now)?.key
    const expected = { lane: input.lane, now, rampUp, withinSeconds: MAX_RATE_SECONDS }
    if (!(await isWorkExpected(deps.db, expected))) over.abort()
    return false
  }
  return {
    /** True once the run is over; false when it is time to look again. */
    isOver: async (): Promise<boolean> => {
      working--
      try {
        const atOnce = working === 0 && !run.halt.aborted && (await shouldLookAgain())
        if (!atOnce) await sleepUnlessAborted(IDLE_POLL_MS, wakes)
        return wakes.aborted
      } finally {
        working++
      }
    },
    /** For a connection that cannot be opened: true if none can; false after a minute, to try once more. */
    isUnreachable: async (): Promise<boolean> => {
      unreachable++
      if (unreachable === connected) return true
      hasConnectionLeft = true
      working--
      await sleepUnlessAborted(RECONNECT_AFTER_MS, wakes)
      working++
      unreachable--
      return false
    },
    /** A connection that ended no longer counts; its messages may be available to the others. */
    leave: (): void => {
      working--
      connected--
      hasConnectionLeft = true
    },
  }
}

async function waitWhileUnreachable(prefetcher: Prefetcher, idle: IdleConnections, run: Run): Promise<void> {
  try {
    await prefetcher.leave()
    if (await idle.isUnreachable()) run.stop('unreachable')
  } finally {
    prefetcher.join()
  }
}

/** A connection to the mail server. `recorded` settles once all its acceptances are recorded. */
interface Connection {
  smtp: SmtpClient
  prefetcher: Prefetcher
  recorded: Promise<void>
}

/** Rejects if one could not be recorded, and then continues without it. */
async function allRecorded(connection: Connection): Promise<void> {
  const { recorded } = connection
  connection.recorded = Promise.resolve()
  await recorded
}

/**
 * One connection: sends an email, then the next. While an acceptance is being recorded, the envelope of the next email
 * goes out already, but not its body. Any other result is recorded before the next email begins.
 */
async function sendLoop(pool: SenderPool, connection: Connection, idle: IdleConnections): Promise<void> {
  const { run, deps } = pool
  const { prefetcher } = connection
  let faults = 0
  let databaseFaults = 0
  for (;;) {
    try {
      const work = await prefetcher.next()
      databaseFaults = 0
      if (!work) {
        await allRecorded(connection)
        if (await idle.isOver()) return
        continue
      }
      faults = (await deliver(pool, connection, work)) ? 0 : faults + 1
      if (faults < FAULTS_IN_A_ROW) {
        if (faults > 0) await sleepUnlessAborted(PAUSE_AFTER_FAULT_MS, run.halt)
      } else {
        await waitWhileUnreachable(prefetcher, idle, run)
      }
    } catch (error) {
      if (!isDatabaseUnavailable(error) || ++databaseFaults > MAX_DATABASE_FAULTS || run.halt.aborted)
        throw error
      deps.log.error('database.error', { what: errorText(error) })
      await sleepUnlessAborted(PAUSE_AFTER_FAULT_MS, run.halt)
    }
  }
}

/** False if the server could not be reached. */
async function deliver(pool: SenderPool, connection: Connection, work: Work): Promise<boolean> {
  const sending = sendUnlessEnded(pool, connection, work)
  const recorded = recordSent(pool, connection, work, sending)
  const result = (await sending.catch(() => undefined))?.result
  if (result?.accepted) {
    connection.recorded = recorded
    recorded.catch(() => {}) // allRecorded gets the error
    return true
  }
  await recorded
  await allRecorded(connection)
  return !result || reachedMessage(result)
}

async function recordSent(
  { recorder }: SenderPool,
  { prefetcher, recorded: before }: Connection,
  work: Work,
  sending: Promise<Sent | undefined>,
): Promise<void> {
  try {
    const sent = await sending
    if (!sent) return
    // However long the database takes: if another worker got the message now, it would be sent twice.
    prefetcher.step(work, Number.POSITIVE_INFINITY)
    // The acceptance before it counts first: it ends a row of refusals.
    if (!sent.result.accepted) await before.catch(() => {})
    await recorder.record(work, sent.result, sent.ms)
  } finally {
    await prefetcher.done(work)
  }
}

interface Sent {
  result: SmtpResult
  ms: number
}

/** Undefined if its body was held back: it may no longer be sent, or the last acceptance was not recorded. */
async function sendUnlessEnded(
  pool: SenderPool,
  { smtp, prefetcher, recorded }: Connection,
  work: Work,
): Promise<Sent | undefined> {
  const { run, permits } = pool
  prefetcher.step(work)
  const mail = await composeOrRefuse(pool, work)
  if (mail) await permits.wait(run.halt, (ms) => prefetcher.step(work, ms))
  prefetcher.step(work)
  if (!mail || !(await mayStart(pool, prefetcher, work))) return undefined
  prefetcher.step(work, smtp.maxSendMs)
  const begun = monotonicMs()
  let isHeldBack = false
  const result = await smtp.send(mail, async () => {
    isHeldBack = true
    await recorded
    if (!(await mayStart(pool, prefetcher, work))) throw new Error('the message may no longer be sent')
    isHeldBack = false
  })
  return isHeldBack ? undefined : { result, ms: Math.round(monotonicMs() - begun) }
}

/** False if the lease is gone, or if the subscriber left or delivery was paused while the message waited. */
async function mayStart(pool: SenderPool, prefetcher: Prefetcher, work: Work): Promise<boolean> {
  const now = monotonicMs()
  if (now - work.checkedAt > CHECK_VALID_MS || work.checkedAt < pool.run.databaseFaultAt) {
    if (!(await mayStill(pool, work))) return false
    work.checkedAt = now
  }
  return prefetcher.mayStart(work)
}

/** Releases a message that may no longer be sent; the next take records the reason. */
const mayStill = ({ deps: { db, clock } }: SenderPool, { message, batch }: Work): Promise<boolean> =>
  mayStillSend(db, { id: message.id, owner: batch.owner, now: clock.now() })

async function composeOrRefuse(pool: SenderPool, work: Work): Promise<ComposedMail | undefined> {
  const { input, recorder } = pool
  try {
    return await work.mail!.catch(() => input.compose(work.message))
  } catch (error) {
    if (isDatabaseFault(error)) throw error
    // The subscriber may have been erased; then there is nothing to render.
    if (await mayStill(pool, work)) await recorder.recordUnrendered(work, error)
    return undefined
  }
}
