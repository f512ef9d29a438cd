import { describe, expect, test } from 'vitest'
import { redactReply, replyCode, toSmtpFault } from '../../../../src/mail/smtp/smtp-reply.ts'
import { computedMs } from '../../../support/computed-ms.ts'

test.each([
  ['250 ok', 250],
  ['250', 250],
  ['250 ', 250],
  ['250-queued\n250-as\n250 12', 250],
  ['550 5.1.1 User unknown', 550],
  ['250-queued', null],
  ['250-queued\n550 no', null],
  ['250-queued\nas 12', null],
  ['250 queued\n250 as 12', null],
  ['2500', null],
  ['25', null],
  ['250ok', null],
  [' 250 ok', null],
  ['650 ok', null],
  ['150 ok', null],
  ['', null],
])('`replyCode` of %j is %s', (reply, code) => expect(replyCode(reply)).toBe(code))

describe('a stored reply', () => {
  test('is one line of up to 500 characters without control characters', () =>
    expect(redactReply(`250-a\x00\x1b\n250  b ${'c'.repeat(10)} ${'d '.repeat(400)}`)).toMatch(
      /^250-a 250 b c{10} [d ]{477}$/,
    ))

  test('has no address, nor the local part of the recipient', () =>
    expect(redactReply('550 <ann@y.example> ann: no such user, annabel', 'ann@y.example')).toBe(
      '550 <[address]> [address]: no such user, annabel',
    ))

  test.each([3980, 3990, 4000])('of %d characters is not cut within an address', (length) => {
    const addresses = 'a.very.long.name.of.somebody@a.very.long.name.of.a.domain.example '.repeat(100)
    expect(redactReply(addresses.slice(0, length) + addresses)).not.toMatch(/very|somebody|domain/)
  })

  test('does not end with half a surrogate pair', () =>
    expect(redactReply(`250 ${'🎉'.repeat(300)}`).isWellFormed()).toBe(true))

  test('is made in linear time', () => {
    const begun = computedMs()
    expect(redactReply(`250 ${'é'.repeat(10_000_000)}`)).toHaveLength(500)
    expect(computedMs() - begun).toBeLessThan(500)
  })
})

describe('a fault', () => {
  const error = (response: string, command?: string) =>
    Object.assign(new Error('failed'), { response, command })

  test.each([
    ['550 5.1.1 User unknown', 550, '5.1.1'],
    ['451-4.7.1 later\n451 4.7.1 please', 451, '4.7.1'],
    ['250 2.0.0 ok', null, null],
    ['99999999999 5.1.1 no', null, null],
    ['550-5.1.1 no\n250 ok', null, null],
  ])('of %j has the status %s and the code %s', (response, status, enhanced) =>
    expect(toSmtpFault(error(response, 'RCPT TO'), { stage: 'mail', bodyWritten: false })).toMatchObject({
      stage: 'rcpt',
      status,
      enhanced,
    }),
  )

  test('has the stage of the session without a reply', () =>
    expect(toSmtpFault(new Error('Connection closed'), { stage: 'dot', bodyWritten: true })).toEqual({
      stage: 'dot',
      bodyWritten: true,
      status: null,
      enhanced: null,
      reply: 'Connection closed',
    }))
})
