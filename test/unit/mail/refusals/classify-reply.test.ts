import { describe, expect, test } from 'vitest'
import { classifyReply, replyPattern, type SmtpFault } from '../../../../src/mail/refusals/classify-reply.ts'

const fault = (changes: Partial<SmtpFault>): SmtpFault => ({
  stage: 'rcpt',
  bodyWritten: false,
  status: null,
  enhanced: null,
  reply: '',
  ...changes,
})

describe('the outcome of a fault', () => {
  test.each<[string, Partial<SmtpFault>, string]>([
    ['no connection', { stage: 'connect' }, 'deferred'],
    ['554 as greeting', { stage: 'connect', status: 554 }, 'deferred'],
    ['lost before the body', { stage: 'mail' }, 'deferred'],
    ['450 to RCPT', { status: 450 }, 'deferred'],
    ['550 to RCPT', { status: 550 }, 'refused'],
    ['554 to DATA', { stage: 'data', status: 554 }, 'refused'],
    ['451 to the dot', { stage: 'dot', bodyWritten: true, status: 451 }, 'deferred'],
    ['554 to the dot', { stage: 'dot', bodyWritten: true, status: 554 }, 'refused'],
    ['silence after the dot', { stage: 'dot', bodyWritten: true }, 'uncertain'],
    ['354 to the dot', { stage: 'dot', bodyWritten: true, status: 354 }, 'uncertain'],
    ['552 before the end of the body', { stage: 'dot', status: 552 }, 'refused'],
  ])('after %s (%o) is %s', (_what, changes, outcome) => {
    expect(classifyReply(fault(changes)).outcome).toBe(outcome)
  })
})

describe('an address', () => {
  test.each(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10'])('is dead with %s to RCPT', (enhanced) => {
    expect(classifyReply(fault({ status: 550, enhanced })).deadAddress).toBe(true)
  })
  test('is dead with the words of a dead address to RCPT', () => {
    const failure = classifyReply(fault({ status: 550, reply: '550 Mailbox does not exist' }))
    expect(failure).toMatchObject({ deadAddress: true, class: 'dead', outcome: 'refused' })
  })
  test.each<[string, Partial<SmtpFault>]>([
    ['a bare 550', { status: 550 }],
    ['a policy', { status: 550, enhanced: '5.7.1' }],
    ['a full mailbox', { status: 552, enhanced: '5.2.2' }],
    ['an unknown sender', { status: 550, enhanced: '5.1.8' }],
    ['5.1.1 to the sender', { stage: 'mail', status: 550, enhanced: '5.1.1' }],
    ['5.1.1 to the body', { stage: 'dot', bodyWritten: true, status: 550, enhanced: '5.1.1' }],
    ['5.1.1 in a temporary reply', { status: 450, enhanced: '5.1.1' }],
    ['5.1.1 beside a policy', { status: 550, enhanced: '5.1.1', reply: '550 5.1.1 blocked by our list' }],
    [
      'the words of a dead address to the body',
      { stage: 'dot', status: 550, reply: '550 Mailbox does not exist' },
    ],
  ])('is not dead with %s', (_what, changes) => {
    expect(classifyReply(fault(changes)).deadAddress).toBe(false)
  })
})

describe('the class of a reply', () => {
  test.each<[string, Partial<SmtpFault>, string | null, boolean]>([
    ['is null without a reply', {}, null, false],
    [
      'is temporary and slows down for too many connections',
      { status: 421, reply: '421 too many connections' },
      'temporary',
      true,
    ],
    ['a full mailbox', { status: 452, enhanced: '4.2.2', reply: '452 4.2.2 full' }, 'full', false],
    ['is unknown without a known word', { status: 550, reply: '550 no' }, 'unknown', false],
    ['is ours for a relay setting', { status: 554, reply: '554 Relay access denied' }, 'ours', false],
  ])('%s', (_what, changes, kind, slowDown) => {
    // A class stops no run: our fault in the text of one email may concern that email only.
    expect(classifyReply(fault(changes))).toMatchObject({ class: kind, slowDown, stopsRun: false })
  })
})

describe('the end of a run', () => {
  test.each<[string, Partial<SmtpFault>, boolean]>([
    ['follows a certificate that we do not trust', { stage: 'tls' }, true],
    ['follows a refused login', { stage: 'login', status: 535 }, true],
    ['follows a server without login', { stage: 'login' }, true],
    ['does not follow a login that cannot be checked now', { stage: 'login', status: 454 }, false],
    ['follows a required login', { stage: 'mail', status: 530 }, true],
    ['does not follow a server that cannot be reached', { stage: 'connect' }, false],
    ['does not follow a refused message', { status: 550 }, false],
  ])('%s', (_what, changes, stopsRun) => {
    expect(classifyReply(fault(changes))).toMatchObject({
      stopsRun,
      ...(stopsRun && { outcome: 'deferred' }),
    })
  })
})

test('`replyPattern` is the same for replies that differ only in ids and times', () => {
  expect(replyPattern('554 5.7.1 Relay denied for [address] id 4XyZ123 at 08:00:01')).toBe(
    replyPattern('554 5.7.1 Relay denied for [address] id 9AbC777 at 08:00:02'),
  )
  expect(replyPattern('554 5.7.1 Relay denied')).not.toBe(replyPattern('550 5.1.1 Relay denied'))
  expect(replyPattern('554 5.7.1 Relay denied')).not.toBe(replyPattern('554 5.7.1 Spam'))
})
