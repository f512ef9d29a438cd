import pRetry from 'p-retry'
import { textOf } from '../platform/errors.ts'
import { type LogEvent, scrub } from '../platform/log.ts'
import { setSwitchUnless } from '../platform/switch-store.ts'
import { noteTrouble } from '../platform/trouble-store.ts'
import type { Deps } from '../wiring.ts'
import { type NewAcceptance, recordAcceptances } from './acceptance-store.ts'
import { openBreaker, type Trip } from './breaker.ts'
import { alike, classify, type Failure, type SmtpResult } from './classify-answer.ts'
import { groupCommit } from './group-commit.ts'
import type { Work } from './hand.ts'
import type { Lane, MessageState, TakenMessage } from './message.ts'
import { type Ended, recordFailure, type Try } from './message-store.ts'
import { domainOf, paceMeant, paceOf } from './pace.ts'
import { holdPace, slowDown } from './pace-store.ts'
import { afterFailure, type NextStep } from './retry.ts'
import type { Run } from './run.ts'

export interface Recorder {
  /** Resolves once the result stands in the database, however long that takes. */
  record(work: Work, result: SmtpResult, ms: number): Promise<void>
  /** The message's mail could not be made: that ends this message alone. */
  recordUnrendered(work: Work, error: unknown): Promise<void>
  /** A message that may not go any more: the database knows. */
  ended(message: Ended): void
}

interface RecorderInput {
  lane: Lane
  onDeadAddress?: (address: string) => Promise<void>
}

const REFUSALS_IN_A_ROW = 10
const DOMAIN_HELD_SECONDS = 3600
const LONGEST_PAUSE_MS = 5000

export function openRecorder(deps: Deps, { lane, onDeadAddress }: RecorderInput, run: Run): Recorder {
  const { config, clock, log, db, watch } = deps
  const untilWritten = <T>(write: () => Promise<T>): Promise<T> =>
    pRetry(write, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 100,
      maxTimeout: LONGEST_PAUSE_MS,
      shouldRetry: () => true,
      onFailedAttempt: ({ error }) => log.error('database.error', { what: textOf(error) }),
    })
  const writeAcceptance = groupCommit(async (accepted: NewAcceptance[]) => {
    await watch?.('before-commit')
    await untilWritten(() => recordAcceptances(db, accepted))
    await watch?.('after-commit')
  })
  let refusals = { text: '', count: 0 }
  const breaker = openBreaker(config.STOP_AT_REFUSED)

  const writeFailure = async ({ message, owner }: Work, made: Try, next: NextStep, ms?: number) => {
    await untilWritten(() => recordFailure(db, { message, owner, now: clock.now(), made, next }))
    run.count(next.state)
    log.warn(eventOf(next.state), { message: message.id, lane, attempt: message.attempts, ms, ...made })
  }

  // Where this fails, the address's next mail is refused in the same way and tells again.
  const tellOfDeadAddress = async ({ id, toAddress }: TakenMessage) => {
    await onDeadAddress?.(toAddress).catch((error) =>
      log.error('database.error', { message: id, what: textOf(error) }),
    )
  }

  const pauseDelivery = (reason: string) =>
    untilWritten(() =>
      setSwitchUnless(db, 'delivery', { value: 'paused', reason, at: clock.now() }, 'restored'),
    )

  const stopIfOurs = async (failure: Failure) => {
    if (failure.ours) run.stop(failure.stage === 'tls' ? 'tls-refused' : 'login-refused')
    if (failure.outcome !== 'refused' || isNobodys(failure)) return
    const text = alike(failure.answer)
    refusals = { text, count: text === refusals.text ? refusals.count + 1 : 1 }
    if (refusals.count < REFUSALS_IN_A_ROW) return
    if (lane === 'digests') await pauseDelivery(`${REFUSALS_IN_A_ROW} refusals in a row: ${failure.answer}`)
    run.stop('refused-alike')
  }

  // Anybody may sign up with addresses that are nobody's, and must not end others' mail by it.
  const isNobodys = ({ deadAddress }: Failure): boolean => lane === 'answers' && deadAddress

  const holdDomain = async (domain: string, { share, of }: Trip, said: string) => {
    await untilWritten(() => holdPace(db, paceOf(domain), DOMAIN_HELD_SECONDS))
    log.error('delivery.domain-held', { domain, seconds: DOMAIN_HELD_SECONDS, share, of })
    await untilWritten(() =>
      noteTrouble(db, { name: `domain ${domain}`, what: 'domain-held', said, since: clock.now() }),
    )
  }

  const stopIfMuchRefused = async (message: TakenMessage, failure?: Failure) => {
    if (failure && (failure.outcome !== 'refused' || isNobodys(failure))) return
    const trip = breaker.hear({ domain: domainOf(message.toAddress), refused: failure })
    if (!trip || !failure) return
    if (trip.scope === 'domain') return holdDomain(trip.domain, trip, failure.answer)
    const share = `${trip.share} % of the last ${trip.of} mails were refused, the last with: ${failure.answer}`
    if (lane === 'digests') await pauseDelivery(share)
    run.stop('refused-much')
  }

  const goSlowerIfAsked = async ({ toAddress }: TakenMessage, failure: Failure) => {
    if (!failure.slowDown) return
    const key = paceMeant(failure, toAddress)
    if (await untilWritten(() => slowDown(db, key)))
      log.warn('delivery.slowed', { key, answer: failure.answer })
  }

  return {
    record: async (work, result, ms) => {
      const { message } = work
      if (result.accepted) {
        await watch?.('after-250')
        await writeAcceptance({ messageId: message.id, at: clock.now(), answer: result.answer })
        refusals.count = 0
        await stopIfMuchRefused(message)
        run.count('accepted')
        log.info('message.accepted', { message: message.id, lane, attempt: message.attempts, ms })
        return
      }
      const failure = classify(result)
      run.heard = failure.answer
      if (failure.deadAddress) await tellOfDeadAddress(message)
      const options = { now: clock.now(), whenUncertain: config.WHEN_UNCERTAIN }
      await writeFailure(work, tryOf(failure), afterFailure(message, failure, options), ms)
      await goSlowerIfAsked(message, failure)
      await stopIfOurs(failure)
      await stopIfMuchRefused(message, failure)
    },
    recordUnrendered: (work, error) =>
      writeFailure(
        work,
        { outcome: 'refused', status: null, enhanced: null, answer: scrub(textOf(error)) },
        { state: 'refused', nextTry: work.message.deadline, reason: 'render-failed' },
      ),
    ended: ({ id, state, reason }) => {
      run.count(state)
      log.info(eventOf(state), { message: id, lane, reason })
    },
  }
}

const tryOf = ({ outcome, status, enhanced, answer }: Failure): Try => ({ outcome, status, enhanced, answer })

const eventOf = (state: MessageState): LogEvent =>
  `message.${state === 'gave_up' ? 'gave-up' : state}` as LogEvent
