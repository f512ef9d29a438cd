import pRetry from 'p-retry'
import { monotonicMs } from '../../core/clock.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { type Log, type LogEvent, redact } from '../../core/log.ts'
import type { Lane, MessageState, TakenMessage } from '../message.ts'
import { type NewAcceptance, recordAcceptances } from '../outbox/acceptance.repo.ts'
import { type AttemptResult, type EndedMessage, recordFailedAttempt } from '../outbox/message.repo.ts'
import {
  classifyReply,
  reachedMessage,
  type SendFailure,
  type SmtpResult,
} from '../refusals/classify-reply.ts'
import { type NextStep, nextStepAfter } from '../refusals/retry.ts'
import type { Work } from './prefetcher.ts'
import type { Run } from './run.ts'
import { openSafeguards } from './safeguards.ts'
import { openReplyWatch, openServerWatch } from './server-watch.ts'

export type Recorder = ReturnType<typeof openRecorder>

interface RecorderInput {
  lane: Lane
  /** How many connections send at once. */
  connections: number
  onDeadAddress?: (address: string) => Promise<void>
  /** Called after a send rate was changed. */
  onRateChange: () => void
}

const MAX_PAUSE_MS = 5000
/** How long acceptances wait for others that share their commit. */
const GATHER_MS = 3

export function openRecorder(
  deps: Deps,
  { lane, connections, onDeadAddress, onRateChange }: RecorderInput,
  run: Run,
) {
  const { config, clock, log, onFailpoint } = deps
  const { retryUntilWritten, writeAcceptance, writeFailure } = openWriter(deps, { lane, connections }, run)
  const safeguards = openSafeguards(deps, { lane, run, retryUntilWritten, onRateChange })
  const serverWatch = openServerWatch(deps, lane, run)
  const replyWatch = openReplyWatch(deps, { lane, run, retryUntilWritten })

  // If this fails, the address's next email is refused in the same way and reports it again.
  const reportDeadAddress = async ({ id, toAddress }: TakenMessage) => {
    await onDeadAddress?.(toAddress).catch((error) =>
      log.error('database.error', { message: id, what: errorText(error) }),
    )
  }

  return {
    /** Resolves once the result is in the database, however long that takes. */
    record: async (work: Work, result: SmtpResult, ms: number): Promise<void> => {
      const { message } = work
      if (result.accepted) {
        await onFailpoint?.('after-250')
        const { id: messageId, localDate } = message
        await writeAcceptance({ messageId, localDate, at: clock.now(), reply: result.reply })
        safeguards.accepted(message)
        run.count('accepted')
        await serverWatch.reached()
        await replyWatch.accepted()
        log.info('message.accepted', { message: message.id, lane, attempt: message.attempts, ms })
        return
      }
      const failure = classifyReply(result)
      run.lastReply = failure.reply
      if (failure.deadAddress) await reportDeadAddress(message)
      const options = { now: clock.now(), whenUncertain: config.WHEN_UNCERTAIN }
      await writeFailure(work, attemptOf(failure), nextStepAfter(message, failure, options), ms)
      if (reachedMessage(failure)) await serverWatch.reached()
      else await serverWatch.notReached()
      await replyWatch.failed(failure)
      await safeguards.failed(message, failure)
    },
    /** The email could not be rendered: ends this message only. */
    recordUnrendered: (work: Work, error: unknown): Promise<void> =>
      writeFailure(
        work,
        { outcome: 'refused', status: null, enhanced: null, reply: redact(errorText(error)) },
        { state: 'refused', nextTry: work.message.deadline, reason: 'render-failed' },
      ),
    /** A message that may no longer be sent. The database has recorded it already. */
    recordEnded: ({ id, state, reason }: EndedMessage): void => {
      run.count(state)
      log.info(eventOf(state), { message: id, lane, reason })
    },
  }
}

/** Each promise resolves once the result is in the database. */
function openWriter(
  { clock, log, db, onFailpoint }: Deps,
  { lane, connections }: Pick<RecorderInput, 'lane' | 'connections'>,
  run: Run,
) {
  const retryUntilWritten = retrierOf(log, run)
  const writeAll = async (accepted: NewAcceptance[]) => {
    await onFailpoint?.('before-commit')
    await retryUntilWritten((n) => recordAcceptances(db, accepted, { again: n > 1 }))
    await onFailpoint?.('after-commit')
  }
  return {
    retryUntilWritten,
    writeAcceptance: groupCommit(writeAll, Math.ceil(connections / 2)),
    writeFailure: async ({ message, batch }: Work, made: AttemptResult, next: NextStep, ms?: number) => {
      const { owner } = batch
      await retryUntilWritten(() => recordFailedAttempt(db, { message, owner, now: clock.now(), made, next }))
      run.count(next.state)
      log.warn(eventOf(next.state), { message: message.id, lane, attempt: message.attempts, ms, ...made })
    },
  }
}

const retrierOf =
  (log: Log, run: Run) =>
  <T>(write: (attempt: number) => Promise<T>): Promise<T> =>
    pRetry(write, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 100,
      maxTimeout: MAX_PAUSE_MS,
      shouldRetry: () => true,
      onFailedAttempt: ({ error }) => {
        run.databaseFaultAt = monotonicMs()
        log.error('database.error', { what: errorText(error) })
      },
    })

const attemptOf = ({ outcome, status, enhanced, reply }: SendFailure): AttemptResult => ({
  outcome,
  status,
  enhanced,
  reply,
})

const eventOf = (state: MessageState): LogEvent =>
  `message.${state === 'gave_up' ? 'gave-up' : state}` as LogEvent

/**
 * Many callers share one write: items that arrive during a write go into the next one, all at once. Each caller waits
 * for its own item and for no later one. A write begins with `enough` items, or after GATHER_MS.
 */
export function groupCommit<T>(write: (items: T[]) => Promise<void>, enough = 1): (item: T) => Promise<void> {
  let waiting: T[] = []
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  let begin = () => {}

  const writeWaiting = async (): Promise<void> => {
    if (waiting.length < enough)
      await new Promise<void>((resolve) => {
        begin = resolve
        setTimeout(resolve, GATHER_MS)
      })
    const items = waiting
    waiting = []
    next = undefined
    await write(items)
  }
  return (item) => {
    waiting.push(item)
    next ??= last = last.then(writeWaiting, writeWaiting)
    if (waiting.length >= enough) begin()
    return next
  }
}
