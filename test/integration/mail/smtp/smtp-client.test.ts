import type { SMTPServerOptions } from 'smtp-server'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../src/core/database/embedded-postgres.ts'
import { smtpConfig as config, smallMail as mail, useSmtp } from '../../../support/smtp-clients.ts'
import type { Behaviour, SinkOptions, Step } from '../../../support/smtp-sink.ts'

const { sinkWith, clientOf, serverWith } = useSmtp()

test('an email whose bytes cannot be made ends as one whose body was held back, and the next one goes out', async () => {
  const sink = await sinkWith()
  const client = clientOf(config(sink.port))
  const broken = Object.defineProperty(mail('ada'), 'raw', {
    get: () => {
      throw new Error('cannot be joined')
    },
  })
  expect(await client.send(broken)).toMatchObject({ accepted: false, bodyWritten: false })
  expect(await client.send(mail('bob'))).toMatchObject({ accepted: true })
  expect(sink.mails.map(({ to }) => to)).toEqual([expect.stringContaining('bob')])
})

describe('an accepted mail', () => {
  test('arrives byte for byte, with the envelope that was given', async () => {
    const sink = await sinkWith()
    const result = await clientOf(config(sink.port)).send(mail('ada'))
    expect(result).toEqual({ accepted: true, reply: '250 2.0.0 accepted' })
    expect(sink.mails[0]).toMatchObject({ from: 'papers@site.example', to: 'ada@y.example' })
    expect(sink.mails[0]?.text).toBe('Message-ID: <ada@site.example>\r\nSubject: ada\r\n\r\nHello\r\n..dot')
  })

  test.each([
    ['a dot alone', '.\r\nafter it\r\n', '..\r\nafter it'],
    ['what ends a body, twice', 'a\r\n.\r\n\r\n.\r\n', 'a\r\n..\r\n\r\n..'],
    ['dots within a line', 'a.b...\r\n', 'a.b...'],
    ['empty lines at the end', 'a\r\n\r\n\r\n', 'a\r\n\r\n'],
    ['no line break at the end', 'a\r\n.', 'a\r\n..'],
    ['more than a socket takes at once', '.x\r\n'.repeat(500_000), '..x\r\n'.repeat(500_000).slice(0, -2)],
    ['a bare CR around a dot', 'x\r.\rMAIL\r\n', 'x\r\n..\r\nMAIL'],
    ['a bare LF around a dot', 'x\n.\nMAIL\r\n', 'x\r\n..\r\nMAIL'],
  ])('%s', async (_what, text, onTheWire) => {
    const sink = await sinkWith()
    const raw = Buffer.from(`Subject: dots\r\n\r\n${text}`)
    expect((await clientOf(config(sink.port)).send({ ...mail('ada'), raw })).accepted).toBe(true)
    expect(sink.mails[0]?.text === `Subject: dots\r\n\r\n${onTheWire}`).toBe(true)
  })

  test('a dot at the very beginning', async () => {
    const sink = await sinkWith()
    const raw = Buffer.from('.\r\nMAIL FROM:<eve@evil.example>\r\n')
    expect((await clientOf(config(sink.port)).send({ ...mail('ada'), raw })).accepted).toBe(true)
    expect(sink.mails.map(({ text }) => text)).toEqual(['..\r\nMAIL FROM:<eve@evil.example>'])
  })

  test('ten go over one connection', async () => {
    const sink = await sinkWith()
    const client = clientOf(config(sink.port))
    for (let i = 0; i < 10; i++) expect((await client.send(mail(`m${i}`))).accepted).toBe(true)
    expect(sink.connections).toBe(1)
  })

  test('keeps an answer without addresses and control characters', async () => {
    const sink = await sinkWith({ at: { dot: '250-queued\x00 for ada@y.example\r\n250 done' } })
    expect(await clientOf(config(sink.port)).send(mail('ada'))).toEqual({
      accepted: true,
      reply: '250-queued for [address] 250 done',
    })
  })
})

test('a body that is held back does not start, and opens no other connection', async () => {
  const sink = await sinkWith()
  const client = clientOf(config(sink.port))
  await client.send(mail('ada'))
  const result = await client.send(mail('bob'), () => Promise.reject(new Error('held back')))
  expect(result).toMatchObject({ accepted: false, bodyWritten: false, status: null })
  expect(sink.connections).toBe(1)
  expect((await client.send(mail('cyd'))).accepted).toBe(true)
  expect(sink.mails.map(({ to }) => to)).toEqual(['ada@y.example', 'cyd@y.example'])
})

describe('every place where it can fail', () => {
  const cases: [string, SinkOptions['at'], object][] = [
    ['554 as greeting', { greeting: '554 go away' }, { stage: 'connect', status: 554, bodyWritten: false }],
    ['no greeting', { greeting: 'close' }, { stage: 'connect', status: null, bodyWritten: false }],
    ['silence instead of a greeting', { greeting: 'silence' }, { stage: 'connect', status: null }],
    ['421 to EHLO', { ehlo: '421 too many' }, { stage: 'connect', status: 421, bodyWritten: false }],
    ['451 to MAIL', { mail: '451 4.3.0 later' }, { stage: 'mail', status: 451, enhanced: '4.3.0' }],
    ['550 to MAIL', { mail: '550 5.7.1 not you' }, { stage: 'mail', status: 550, enhanced: '5.7.1' }],
    ['closed at MAIL', { mail: 'close' }, { stage: 'mail', status: null, bodyWritten: false }],
    ['450 to RCPT', { rcpt: '450 4.2.0 greylisted' }, { stage: 'rcpt', status: 450, enhanced: '4.2.0' }],
    ['550 to RCPT', { rcpt: '550 5.1.1 nobody' }, { stage: 'rcpt', status: 550, enhanced: '5.1.1' }],
    ['closed at RCPT', { rcpt: 'close' }, { stage: 'mail', status: null, bodyWritten: false }],
    ['452 to DATA', { data: '452 full' }, { stage: 'data', status: 452, enhanced: null, bodyWritten: false }],
    ['554 to DATA', { data: '554 no' }, { stage: 'data', status: 554, bodyWritten: false }],
    ['closed at DATA', { data: 'close' }, { stage: 'mail', status: null, bodyWritten: false }],
    ['451 to the dot', { dot: '451 4.7.0 try again' }, { stage: 'dot', status: 451, bodyWritten: true }],
    ['554 to the dot', { dot: '554 5.7.1 spam' }, { stage: 'dot', status: 554, bodyWritten: true }],
    ['421 to the dot', { dot: '421 closing' }, { stage: 'dot', status: 421, bodyWritten: true }],
    ['closed after the dot', { dot: 'close' }, { stage: 'dot', status: null, bodyWritten: true }],
    ['silence after the dot', { dot: 'silence' }, { stage: 'dot', status: null, bodyWritten: true }],
    ['nonsense after the dot', { dot: 'hello' }, { stage: 'dot', status: null, bodyWritten: true }],
  ]
  for (const extensions of [[], ['PIPELINING']]) {
    describe(extensions[0] ?? 'one command at a time', () => {
      test.each(cases)('%s', async (_what, at, expected) => {
        const sink = await sinkWith({ at, extensions })
        const client = clientOf(config(sink.port), { connectMs: 600, silenceMs: 600 })
        expect(await client.send(mail('ada'))).toMatchObject({ accepted: false, ...expected })
      })
    })
  }

  test('no server listens', async () => {
    const result = await clientOf(config(await freePort())).send(mail('ada'))
    expect(result).toMatchObject({ accepted: false, stage: 'connect', status: null, bodyWritten: false })
  })

  test('after each failure the next mail goes through', async () => {
    const sink = await sinkWith()
    const client = clientOf(config(sink.port), { connectMs: 600, silenceMs: 600 })
    const steps: [Step, Behaviour][] = [
      ['mail', '451 later'],
      ['rcpt', '550 nobody'],
      ['data', '554 no'],
      ['dot', '554 spam'],
      ['dot', 'close'],
      ['dot', 'silence'],
      ['rcpt', 'close'],
    ]
    for (const [step, behaviour] of steps) {
      sink.at = { [step]: behaviour }
      expect((await client.send(mail('bad'))).accepted, `${step} ${behaviour}`).toBe(false)
      sink.at = {}
      expect((await client.send(mail('good'))).accepted, `after ${step} ${behaviour}`).toBe(true)
    }
    expect(sink.accepted).toHaveLength(steps.length)
  })

  test('a reply before the end of the body does not make commands of the rest', async () => {
    const sink = await sinkWith()
    const client = clientOf(config(sink.port))
    await client.send(mail('first'))
    sink.at = { data: () => '354 go on\r\n552 5.3.4 too big' }
    const large = { ...mail('large'), raw: Buffer.alloc(30_000_000, `${'x'.repeat(70)}\r\n`) }
    expect(await client.send(large)).toMatchObject({
      accepted: false,
      stage: 'dot',
      status: 552,
      bodyWritten: false,
    })
    sink.at = {}
    expect((await client.send(mail('next'))).accepted).toBe(true)
    expect(sink.connections).toBe(2)
  })

  test('a server that hangs up right after a refusal delays no one', async () => {
    const sink = await sinkWith({ at: { rcpt: '550 5.1.1 nobody', rset: 'close' } })
    expect(await clientOf(config(sink.port)).send(mail('ada'))).toMatchObject({ stage: 'rcpt', status: 550 })
  })

  test('hanging up while the answer is awaited leaves the mail uncertain', async () => {
    const sink = await sinkWith({ at: { dot: 'silence' } })
    const client = clientOf(config(sink.port))
    const sent = client.send(mail('ada'))
    while (sink.mails.length === 0) await new Promise((resolve) => setImmediate(resolve))
    client.hangUp()
    expect(await sent).toMatchObject({ accepted: false, stage: 'dot', status: null, bodyWritten: true })
  })
  test('hanging up on a session that was used before opens no other', async () => {
    const sink = await sinkWith()
    const client = clientOf(config(sink.port))
    await client.send(mail('first'))
    let asked = false
    sink.at = {
      mail: () => {
        asked = true
        return sink.connections === 1 ? 'silence' : undefined
      },
    }
    const sent = client.send(mail('second'))
    while (!asked) await new Promise((resolve) => setImmediate(resolve))
    client.hangUp()
    expect(await sent).toMatchObject({ accepted: false, stage: 'mail', status: null, bodyWritten: false })
    expect(sink.connections).toBe(1)
    expect(sink.mails).toHaveLength(1)
  })

  test('hanging up while the greeting is awaited ends the connection', async () => {
    const sink = await sinkWith({ at: { greeting: 'silence' } })
    const client = clientOf(config(sink.port))
    const sent = client.send(mail('ada'))
    while (sink.connections === 0) await new Promise((resolve) => setImmediate(resolve))
    client.hangUp()
    expect(await sent).toMatchObject({
      accepted: false,
      stage: 'connect',
      bodyWritten: false,
      reply: 'given up while waiting for a reply',
    })
  })
})

describe('a server that ends sessions of its own', () => {
  test('after each 2 emails loses none of 9, and gets none twice', async () => {
    const sink = await sinkWith({ closeAfter: 2 })
    const client = clientOf(config(sink.port))
    for (let i = 0; i < 9; i++) expect((await client.send(mail(`m${i}`))).accepted).toBe(true)
    expect(sink.mails.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: 9 }, (_, i) => `m${i}@site.example`),
    )
    expect(sink.connections).toBe(5)
  })

  test('with 421 to MAIL on an old session', async () => {
    const sink = await sinkWith()
    const client = clientOf(config(sink.port))
    await client.send(mail('first'))
    sink.at = { mail: () => (sink.connections === 1 ? '421 enough for now' : undefined) }
    expect((await client.send(mail('second'))).accepted).toBe(true)
    expect(sink.mails).toHaveLength(2)
  })

  test('with 421 that crosses with MAIL, and so answers RCPT; said again it is this recipient’s answer', async () => {
    const sink = await sinkWith()
    const client = clientOf(config(sink.port))
    await client.send(mail('first'))
    sink.at = { rcpt: () => (sink.connections === 1 ? '421 4.7.0 enough' : undefined) }
    expect((await client.send(mail('second'))).accepted).toBe(true)
    let asked = 0
    sink.at = { rcpt: () => (++asked ? '421 4.7.28 slow down' : undefined) }
    expect(await client.send(mail('third'))).toMatchObject({ stage: 'rcpt', status: 421 })
    expect(asked).toBe(2)
  })
})

describe('TLS and login', () => {
  const noTls: SMTPServerOptions = {
    hideSTARTTLS: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
  }
  const ownCertificate: SMTPServerOptions = {}

  test.each([
    ['any', ownCertificate, false, { accepted: true }],
    ['require', ownCertificate, false, { accepted: true }],
    ['verify', ownCertificate, false, { accepted: false, stage: 'tls', bodyWritten: false }],
    ['off', ownCertificate, false, { accepted: true }],
    ['any', noTls, false, { accepted: true }],
    ['require', noTls, false, { accepted: false, stage: 'tls', bodyWritten: false }],
    ['verify', noTls, false, { accepted: false, stage: 'tls', bodyWritten: false }],
    ['any', { secure: true }, true, { accepted: true }],
    ['verify', { secure: true }, true, { accepted: false, stage: 'tls', bodyWritten: false }],
  ] as const)('tls=%s, %o', async (tls, options, implicitTls, expected) => {
    let secure: boolean | undefined
    const port = await serverWith({
      ...options,
      onMailFrom: (_address, session, done) => {
        secure = session.secure
        done()
      },
    })
    const result = await clientOf(config(port, { tls, implicitTls })).send(mail('ada'))
    expect(result).toMatchObject(expected)
    if (result.accepted) expect(secure).toBe(tls !== 'off' && options !== noTls)
  })

  test('a name and password', async () => {
    const port = await serverWith({ authOptional: false })
    const good = await clientOf(config(port, { user: 'papers', password: 'right' })).send(mail('ada'))
    expect(good.accepted).toBe(true)
    const wrong = await clientOf(config(port, { user: 'papers', password: 'wrong' })).send(mail('ada'))
    expect(wrong).toMatchObject({ accepted: false, stage: 'login', status: 535, bodyWritten: false })
    const none = await clientOf(config(port)).send(mail('ada'))
    expect(none).toMatchObject({ accepted: false, stage: 'mail', status: 530, bodyWritten: false })
  })

  test('a password is not sent to a server that offers no login', async () => {
    const port = await serverWith({ disabledCommands: ['AUTH'] })
    const result = await clientOf(config(port, { user: 'papers', password: 'right' })).send(mail('ada'))
    expect(result).toMatchObject({ accepted: false, stage: 'login', status: null })
  })
})
