import { MINUTE_MS } from '../../core/dates.ts'
import type { MessageState, TakenMessage } from '../message.ts'
import { reachedMessage, type SendFailure } from './classify-reply.ts'

const BACK_OFF_MINUTES = [1, 5, 15, 30, 60]
const WHEN_UNCERTAIN_MINUTES = 15

export interface NextStep {
  state: Extract<MessageState, 'deferred' | 'refused' | 'uncertain' | 'gave_up'>
  /** Equal to the deadline if there is no further try. */
  nextTry: Date
  reason: string | null
}

/** When to try again after a number of tries: after 1, 5, 15, 30 and 60 minutes, then every hour. */
export const backOff = (attempts: number, now: Date): Date =>
  minutesAfter(now, BACK_OFF_MINUTES[attempts - 1] ?? BACK_OFF_MINUTES.at(-1)!)

export function nextStepAfter(
  message: Pick<TakenMessage, 'attempts' | 'deadline' | 'uncertainBefore'>,
  failure: SendFailure,
  { now, whenUncertain }: { now: Date; whenUncertain: 'retry' | 'hold' },
): NextStep {
  const { attempts, deadline, uncertainBefore } = message
  const uncertainUntil = (nextTry: Date | null): NextStep => ({
    state: 'uncertain',
    nextTry: nextTry && nextTry < deadline ? nextTry : deadline,
    reason: null,
  })
  // An uncertain message gets one more try, which counts once a body was written or the server replied.
  if (uncertainBefore) return uncertainUntil(countsAsAttempt(failure) ? null : backOff(attempts, now))
  if (failure.outcome === 'uncertain')
    return uncertainUntil(whenUncertain === 'retry' ? minutesAfter(now, WHEN_UNCERTAIN_MINUTES) : null)
  if (failure.outcome === 'refused')
    return { state: 'refused', nextTry: deadline, reason: failure.enhanced ?? String(failure.status) }
  const nextTry = backOff(attempts, now)
  return nextTry < deadline
    ? { state: 'deferred', nextTry, reason: null }
    : { state: 'gave_up', nextTry: deadline, reason: 'expired' }
}

const countsAsAttempt = (failure: SendFailure): boolean =>
  failure.bodyWritten || (failure.status !== null && reachedMessage(failure) && !failure.stopsRun)

const minutesAfter = (instant: Date, minutes: number): Date =>
  new Date(instant.getTime() + minutes * MINUTE_MS)
