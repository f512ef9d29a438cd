import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyRefusal, type SmtpReply } from '../../../../src/mail/refusals/classify-refusal.ts'
import { computedMs } from '../../../support/computed-ms.ts'
import { REFUSAL_EXAMPLES } from './rule-examples.ts'

const classOf = (answer: string, enhanced: string | null = null) =>
  classifyRefusal({ status: Number(answer.slice(0, 3)), enhanced, reply: answer })

describe('with the code of a dead address', () => {
  test.each([
    ['550 5.1.1 <ann@mail.example> refused by the local blocklist', 'policy'],
    ['550 5.1.1 Mail refused: looks like spam', 'policy'],
    ['550 5.1.1 Relaying denied', 'ours'],
    ['550 5.1.1 papers.example has no PTR', 'ours'],
    ['550 5.1.2 SPF check failed', 'ours'],
    ['550 5.1.1 Sender address rejected: not found', 'ours'],
    ['550 5.1.1 Authentication required', 'ours'],
    ['550 5.1.1 mailbox is over quota', 'full'],
    ['550 5.1.1 too many connections from you', 'temporary'],
    ['550 5.1.1 account temporarily unavailable', 'temporary'],
  ])('other words decide: %s is %s', (answer, kind) => expect(classOf(answer).class).toBe(kind))
})

describe('the words of a dead address', () => {
  const SAYS = 'Requested action not taken: no such user here'
  test.each([
    [`550 ${SAYS}`, 'dead'],
    [`550 5.3.0 ${SAYS}`, 'dead'],
    [`550 5.7.1 ${SAYS}`, 'policy'],
    [`550 5.2.2 ${SAYS}`, 'full'],
    [`550 5.0.0 ${SAYS}`, 'unknown'],
    [`450 ${SAYS}`, 'temporary'],
  ])('decide without a code: %s is %s', (answer, kind) => expect(classOf(answer).class).toBe(kind))

  test.each([
    '550 <ann@mail.example>: User unknown',
    '550 : User unknown',
    '550 Unknown user ann@mail.example',
    '550 ann@mail.example... No such user',
    '550 Requested action not taken: mailbox unavailable',
    '550 Rejected',
    '554 Transaction failed',
  ])('are not enough if servers use them for other reasons too: %s', (answer) =>
    expect(classOf(answer)).toEqual({ class: 'unknown', rule: null, slowDown: false }),
  )
})

describe('a reply is read', () => {
  test.each([
    [
      'over its lines',
      '550-5.1.0 The email account that you tried to 550-5.1.0 reach does not 550 5.1.0 exist',
    ],
    ['with its code where qmail puts it', '550 sorry (#5.1.1)'],
    ['with a code that is repeated', '550 550 5.1.1 ann'],
    ['without accents', '550 Empfänger unbekannt'],
    ['without combining accents', '550 Empfa\u0308nger unbekannt'],
    ['in capitals and small letters', '550 MAILBOX DOES NOT EXIST'],
  ])('%s', (_how, answer) => expect(classOf(answer).class).toBe('dead'))

  test('by its own code, not by a code in its text', () =>
    expect(classOf('550 5.1.1 ann', '5.7.1').class).toBe('policy'))

  test('without names of hosts', () => {
    expect(classOf('550 5.1.1 see mx.spam.blocked.example').class).toBe('dead')
    expect(classOf('550 5.1.1 this is spam. blocked').class).toBe('policy')
  })

  test('as unknown without a code', () =>
    expect(classifyRefusal({ status: null, enhanced: null, reply: 'connection lost' })).toEqual({
      class: null,
      rule: null,
      slowDown: false,
    }))
})

describe('`slowDown`', () => {
  test.each<[string, boolean]>([
    ['421 mx.mail.example Service not available, closing transmission channel', true],
    ['421 4.7.0 Too many connections', true],
    ['450 4.7.28 Unsolicited mail', true],
    ['451 4.3.2 Not now', true],
    ['452 4.4.5 Insufficient disk space', true],
    ['452 4.5.3 Too many recipients', true],
    ['550 Connection frequency limited', true],
    ['451 4.7.1 Greylisting in action', false],
    ['421 4.7.1 Greylisted, come back', false],
    ['421 4.2.2 Mailbox full', false],
    ['452 4.2.2 Over quota', false],
    ['450 4.1.1 User unknown', false],
    ['450 4.2.1 The user you are trying to contact is receiving mail too quickly', false],
    ['550 5.7.1 Blocked', false],
  ])('for "%s" is %s', (answer, slowDown) => expect(classOf(answer).slowDown).toBe(slowDown))
})

describe('any reply', () => {
  // Written apart from the rules: no address is dead by an answer that holds none of these.
  const CODE = /\b5\.1\.(?:1|2|3|6|10)\b/
  const WORD =
    /unknown|exist|found|by (?:that|this) name|account|valid|no such|not our|no longer|not listed|host|null ?mx|recip|system|inconnu|unbekannt|gefunden|vorhanden|desconoc|desconhec|inexist|existe|encontrad|sconosciut|trovat|onbekend|nie ma|nieznany|istnieje|нет|не |不存在|しません|ません|없|不明|找不到|알 수/i
  const status = fc.constantFrom(421, 450, 451, 452, 500, 501, 550, 551, 552, 553, 554, 571)
  const enhanced = fc.option(
    fc.constantFrom('4.2.2', '5.0.0', '5.1.0', '5.1.1', '5.1.8', '5.2.1', '5.3.0', '5.7.1'),
  )
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(...Object.values(REFUSAL_EXAMPLES).flat()),
    fc.constantFrom('\u0000', '\ud800', '\r\n', ' ', '550-5.1.0 ', 'user ', 'mailbox ', 'sender '),
  )
  const mutated = fc
    .tuple(fc.array(piece, { maxLength: 6 }), fc.nat(60), fc.nat(20))
    .map(([pieces, at, length]) => {
      const text = pieces.join(' ')
      return text.slice(0, at) + text.slice(at + length)
    })

  test('among 10,000 mutations is classified as a dead address only with a word or a code for it', () => {
    const check = ([code, deep, answer]: [number, string | null, string]) => {
      const heard: SmtpReply = { status: code, enhanced: deep, reply: answer }
      const refusal = classifyRefusal(heard)
      expect(refusal.class).not.toBeNull()
      expect(classifyRefusal(heard)).toEqual(refusal)
      if (refusal.class !== 'dead') return
      expect(code).toBeGreaterThanOrEqual(500)
      const plain = answer
        .normalize('NFD')
        .replace(/[\u0300-\u036f]/g, '')
        .normalize('NFC')
      expect(`${deep} ${plain}`).toMatch(new RegExp(`${CODE.source}|${WORD.source}`, 'i'))
    }
    fc.assert(fc.property(fc.tuple(status, enhanced, mutated), check), { numRuns: 10_000 })
  })

  test.each([
    ...[
      ' ',
      'a',
      '-',
      '.',
      '\u0000',
      '\ud800',
      '5',
      '.a',
      'a.',
      'a ',
      '. ',
      '\n',
      '5.1.1.',
      '550-5.1.0 ',
      'e\u0301',
    ],
    ...[
      'user ',
      'mailbox is ',
      'sender address ',
      'relay ',
      'exceeds the ',
      'not ',
      'quota ',
      'too many a-b ',
      'header ',
    ],
    ...[
      'account not ',
      'sender <a> ',
      'over its ',
      'casella di ',
      'from domain ',
      'helo not ',
      'address of ',
      'reached your ',
    ],
  ])('of 500 kB of %j is classified in linear time', (word) => {
    const answer = word.repeat(Math.ceil(500_000 / word.length))
    const begun = computedMs()
    classifyRefusal({ status: 550, enhanced: null, reply: `550 ${answer}` })
    expect(computedMs() - begun).toBeLessThan(500)
  })
})
