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

describe('what a fault means for its message', () => {
  test.each<[string, Partial<SmtpFault>, string]>([
    ['no connection', { stage: 'connect' }, 'deferred'],
    ['554 as greeting is not about the message', { stage: 'connect', status: 554 }, 'deferred'],
    ['lost before the body', { stage: 'mail' }, 'deferred'],
    ['450 to RCPT', { status: 450 }, 'deferred'],
    ['550 to RCPT', { status: 550 }, 'refused'],
    ['554 to DATA', { stage: 'data', status: 554 }, 'refused'],
    ['451 to the dot', { stage: 'dot', bodyWritten: true, status: 451 }, 'deferred'],
    ['554 to the dot', { stage: 'dot', bodyWritten: true, status: 554 }, 'refused'],
    ['silence after the dot', { stage: 'dot', bodyWritten: true }, 'uncertain'],
    ['354 to the dot says neither', { stage: 'dot', bodyWritten: true, status: 354 }, 'uncertain'],
    ['552 before the body was whole', { stage: 'dot', status: 552 }, 'refused'],
  ])('%s: %o is %s', (_what, changes, outcome) => {
    expect(classifyReply(fault(changes)).outcome).toBe(outcome)
  })
})

describe('an address is dead', () => {
  test.each(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10'])('by %s to RCPT', (enhanced) => {
    expect(classifyReply(fault({ status: 550, enhanced })).deadAddress).toBe(true)
  })
  test('by words that say it, to RCPT', () => {
    const failure = classifyReply(fault({ status: 550, reply: '550 Mailbox does not exist' }))
    expect(failure).toMatchObject({ deadAddress: true, class: 'dead', outcome: 'refused' })
  })
  test.each<[string, Partial<SmtpFault>]>([
    ['a bare 550', { status: 550 }],
    ['a policy', { status: 550, enhanced: '5.7.1' }],
    ['a full mailbox', { status: 552, enhanced: '5.2.2' }],
    ['a sender that is not known', { status: 550, enhanced: '5.1.8' }],
    ['5.1.1 to the sender', { stage: 'mail', status: 550, enhanced: '5.1.1' }],
    ['5.1.1 to the body', { stage: 'dot', bodyWritten: true, status: 550, enhanced: '5.1.1' }],
    ['5.1.1 in a temporary answer', { status: 450, enhanced: '5.1.1' }],
    ['5.1.1 beside a policy', { status: 550, enhanced: '5.1.1', reply: '550 5.1.1 blocked by our list' }],
    ['words that say it, to the body', { stage: 'dot', status: 550, reply: '550 Mailbox does not exist' }],
  ])('but not by %s', (_what, changes) => {
    expect(classifyReply(fault(changes)).deadAddress).toBe(false)
  })
})

describe('the meaning of a reply is returned with it', () => {
  test.each<[string, Partial<SmtpFault>, string | null, boolean]>([
    ['no response', {}, null, false],
    ['one that asks for less', { status: 421, reply: '421 too many connections' }, 'temporary', true],
    ['a full mailbox', { status: 452, enhanced: '4.2.2', reply: '452 4.2.2 full' }, 'full', false],
    ['what nobody knows', { status: 550, reply: '550 no' }, 'unknown', false],
    ['our relay setting', { status: 554, reply: '554 Relay access denied' }, 'ours', false],
  ])('%s', (_what, changes, kind, slowDown) => {
    // A class stops no run: our fault in the text of one email may concern that email only.
    expect(classifyReply(fault(changes))).toMatchObject({ class: kind, slowDown, stopsRun: false })
  })
})

describe('whose fault it is', () => {
  test.each<[string, Partial<SmtpFault>, boolean]>([
    ['a certificate that we do not trust', { stage: 'tls' }, true],
    ['a refused login', { stage: 'login', status: 535 }, true],
    ['no login offered', { stage: 'login' }, true],
    ['a login that cannot be checked now', { stage: 'login', status: 454 }, false],
    ['a login that is wanted', { stage: 'mail', status: 530 }, true],
    ['a server that is away', { stage: 'connect' }, false],
    ['a refused message', { status: 550 }, false],
  ])('%s', (_what, changes, stopsRun) => {
    expect(classifyReply(fault(changes))).toMatchObject({
      stopsRun,
      ...(stopsRun && { outcome: 'deferred' }),
    })
  })
})

test('replies are alike that differ only in ids and times', () => {
  expect(replyPattern('554 5.7.1 Relay denied for [address] id 4XyZ123 at 08:00:01')).toBe(
    replyPattern('554 5.7.1 Relay denied for [address] id 9AbC777 at 08:00:02'),
  )
  expect(replyPattern('554 5.7.1 Relay denied')).not.toBe(replyPattern('550 5.1.1 Relay denied'))
  expect(replyPattern('554 5.7.1 Relay denied')).not.toBe(replyPattern('554 5.7.1 Spam'))
})
