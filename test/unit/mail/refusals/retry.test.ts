import { describe, expect, test } from 'vitest'
import { classifyReply, type SmtpFault } from '../../../../src/mail/refusals/classify-reply.ts'
import { backOff, nextStepAfter } from '../../../../src/mail/refusals/retry.ts'

const now = new Date('2026-11-24T08:00:00Z')
const deadline = new Date('2026-11-25T04:00:00Z')
const at = (time: string) => new Date(`2026-11-24T${time}:00Z`)

const failures = {
  greylisted: { stage: 'rcpt', bodyWritten: false, status: 450 },
  nobody: { stage: 'rcpt', bodyWritten: false, status: 550, enhanced: '5.1.1' },
  spam: { stage: 'dot', bodyWritten: true, status: 554 },
  silence: { stage: 'dot', bodyWritten: true, status: null },
  unreachable: { stage: 'connect', bodyWritten: false, status: null },
  tooMany: { stage: 'connect', bodyWritten: false, status: 421 },
} satisfies Record<string, Partial<SmtpFault>>

function stepAfter(
  name: keyof typeof failures,
  changes: object = {},
  whenUncertain: 'retry' | 'hold' = 'retry',
) {
  const failure = classifyReply({ enhanced: null, reply: '', ...failures[name] })
  const message = { attempts: 1, deadline, uncertainBefore: false, ...changes }
  return nextStepAfter(message, failure, { now, whenUncertain })
}

test('the back-off is 1, 5, 15, 30 and 60 minutes, then every hour', () => {
  const times = [1, 2, 3, 4, 5, 6, 20].map((attempts) => backOff(attempts, now).toISOString().slice(11, 16))
  expect(times).toEqual(['08:01', '08:05', '08:15', '08:30', '09:00', '09:00', '09:00'])
})

test('a temporary reply defers the message', () => {
  expect(stepAfter('greylisted')).toEqual({ state: 'deferred', nextTry: at('08:01'), reason: null })
  expect(stepAfter('greylisted', { attempts: 3 })).toEqual({
    state: 'deferred',
    nextTry: at('08:15'),
    reason: null,
  })
})

test('a message is given up if its next attempt would be too late', () => {
  const late = { attempts: 2, deadline: at('08:05') }
  expect(stepAfter('greylisted', late)).toEqual({
    state: 'gave_up',
    nextTry: late.deadline,
    reason: 'expired',
  })
})

test('a refusal is final, and keeps its code', () => {
  expect(stepAfter('nobody')).toEqual({ state: 'refused', nextTry: deadline, reason: '5.1.1' })
  expect(stepAfter('spam')).toEqual({ state: 'refused', nextTry: deadline, reason: '554' })
})

describe('a missing reply to the body', () => {
  const final = { state: 'uncertain', nextTry: deadline, reason: null }

  test('causes one more attempt after 15 minutes', () => {
    expect(stepAfter('silence')).toEqual({ state: 'uncertain', nextTry: at('08:15'), reason: null })
  })
  test('leaves the message uncertain, with hold', () => {
    expect(stepAfter('silence', {}, 'hold')).toEqual(final)
  })
  test('leaves the message uncertain too close to the deadline', () => {
    expect(stepAfter('silence', { deadline: at('08:10') })).toEqual({ ...final, nextTry: at('08:10') })
  })
  test.each(['silence', 'greylisted', 'nobody', 'spam'] as const)(
    'leaves the message uncertain after %s at the second attempt',
    (name) => {
      expect(stepAfter(name, { attempts: 2, uncertainBefore: true })).toEqual(final)
    },
  )
  test.each(['unreachable', 'tooMany'] as const)('allows another attempt after %s at the second', (name) => {
    const next = stepAfter(name, { attempts: 2, uncertainBefore: true })
    expect(next).toEqual({ state: 'uncertain', nextTry: at('08:05'), reason: null })
  })
})
