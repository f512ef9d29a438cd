import type { SMTPServerOptions } from 'smtp-server'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../src/core/database/embedded-postgres.ts'
import { smtpConfig as config, smallMail as mail, useSmtp } from '../../../support/smtp-clients.ts'
import type { Behaviour, SinkOptions, Step } from '../../../support/smtp-sink.ts'

const { sinkWith, clientOf, serverWith } = useSmtp()

test('an email that cannot be composed ends before its body, and the next one is sent', async () => {
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

test('a connection introduces itself with its client name', async () => {
  const names: string[] = []
  const onMailFrom: SMTPServerOptions['onMailFrom'] = (_address, { hostNameAppearsAs }, done) => {
    names.push(String(hostNameAppearsAs))
    done()
  }
  const port = await serverWith({ onMailFrom })
  await clientOf(config(port, { clientName: 'papers.example.org' })).send(mail('ada'))
  expect(names).toEqual(['papers.example.org'])
})

describe('an accepted email', () => {
  test('arrives byte for byte, with its envelope', async () => {
    const sink = await sinkWith()
    const result = await clientOf(config(sink.port)).send(mail('ada'))
    expect(result).toEqual({ accepted: true, reply: '250 2.0.0 accepted' })
    expect(sink.mails[0]).toMatchObject({ from: 'papers@site.example', to: 'ada@y.example' })
    expect(sink.mails[0]?.text).toBe('Message-ID: <ada@site.example>\r\nSubject: ada\r\n\r\nHello\r\n..dot')
  })

  test.each([
    ['arrives with a line of one dot', '.\r\nafter it\r\n', '..\r\nafter it'],
    ['arrives with the end of a body in it, twice', 'a\r\n.\r\n\r\n.\r\n', 'a\r\n..\r\n\r\n..'],
    ['arrives with dots within a line', 'a.b...\r\n', 'a.b...'],
    ['arrives with empty lines at the end', 'a\r\n\r\n\r\n', 'a\r\n\r\n'],
    ['arrives without a line break at the end', 'a\r\n.', 'a\r\n..'],
    [
      "arrives if it is larger than a socket's buffer",
      '.x\r\n'.repeat(500_000),
      '..x\r\n'.repeat(500_000).slice(0, -2),
    ],
    ['arrives with line ends for a bare CR around a dot', 'x\r.\rMAIL\r\n', 'x\r\n..\r\nMAIL'],
    ['arrives with line ends for a bare LF around a dot', 'x\n.\nMAIL\r\n', 'x\r\n..\r\nMAIL'],
  ])('%s', async (_what, text, onTheWire) => {
    const sink = await sinkWith()
    const raw = Buffer.from(`Subject: dots\r\n\r\n${text}`)
    expect((await clientOf(config(sink.port)).send({ ...mail('ada'), raw })).accepted).toBe(true)
    expect(sink.mails[0]?.text === `Subject: dots\r\n\r\n${onTheWire}`).toBe(true)
  })

  test('arrives with a dot at the beginning', async () => {
    const sink = await sinkWith()
    const raw = Buffer.from('.\r\nMAIL FROM:<eve@evil.example>\r\n')
    expect((await clientOf(config(sink.port)).send({ ...mail('ada'), raw })).accepted).toBe(true)
    expect(sink.mails.map(({ text }) => text)).toEqual(['..\r\nMAIL FROM:<eve@evil.example>'])
  })

  test('leaves the connection for nine others', async () => {
    const sink = await sinkWith()
    const client = clientOf(config(sink.port))
    for (let i = 0; i < 10; i++) expect((await client.send(mail(`m${i}`))).accepted).toBe(true)
    expect(sink.connections).toBe(1)
  })

  test('returns the reply without addresses and control characters', async () => {
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

describe('an email that fails', () => {
  const cases: [string, SinkOptions['at'], object][] = [
    ['554 as greeting', { greeting: '554 go away' }, { stage: 'connect', status: 554, bodyWritten: false }],
    ['no greeting', { greeting: 'close' }, { stage: 'connect', status: null, bodyWritten: false }],
    ['silence instead of a greeting', { greeting: 'silence' }, { stage: 'connect', status: null }],
    ['421 to EHLO', { ehlo: '421 too many' }, { stage: 'connect', status: 421, bodyWritten: false }],
    ['451 to MAIL', { mail: '451 4.3.0 later' }, { stage: 'mail', status: 451, enhanced: '4.3.0' }],
    ['550 to MAIL', { mail: '550 5.7.1 not you' }, { stage: 'mail', status: 550, enhanced: '5.7.1' }],
    ['closed at MAIL', { mail: 'close' }, { stage: 'mail', status: null, bodyWritten: false }],
    ['450 to RCPT', { rcpt: '450 4.2.0 greylisted' }, { stage: 'rcpt', status: 450, enhanced: '4.2.0' }],
    ['550 to RCPT', { rcpt: '550 5.1.1 User unknown' }, { stage: 'rcpt', status: 550, enhanced: '5.1.1' }],
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
    describe(extensions[0] ? 'with PIPELINING' : 'without PIPELINING', () => {
      test.each(cases)('has the stage and status of %s', async (_what, at, expected) => {
        const sink = await sinkWith({ at, extensions })
        const client = clientOf(config(sink.port), { connectMs: 600, silenceMs: 600 })
        expect(await client.send(mail('ada'))).toMatchObject({ accepted: false, ...expected })
      })
    })
  }

  test('has stage connect if no server listens', async () => {
    const result = await clientOf(config(await freePort())).send(mail('ada'))
    expect(result).toMatchObject({ accepted: false, stage: 'connect', status: null, bodyWritten: false })
  })

  test('does not affect the next email', async () => {
    const sink = await sinkWith()
    const client = clientOf(config(sink.port), { connectMs: 600, silenceMs: 600 })
    const steps: [Step, Behaviour][] = [
      ['mail', '451 later'],
      ['rcpt', '550 User unknown'],
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

  test('ends the session if a reply arrives before the end of the body', async () => {
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

  test('returns the refusal at once if the server closes after it', async () => {
    const sink = await sinkWith({ at: { rcpt: '550 5.1.1 User unknown', rset: 'close' } })
    expect(await clientOf(config(sink.port)).send(mail('ada'))).toMatchObject({ stage: 'rcpt', status: 550 })
  })

  test('`hangUp` leaves an email uncertain that waits for the reply to its body', async () => {
    const sink = await sinkWith({ at: { dot: 'silence' } })
    const client = clientOf(config(sink.port))
    const sent = client.send(mail('ada'))
    while (sink.mails.length === 0) await new Promise((resolve) => setImmediate(resolve))
    client.hangUp()
    expect(await sent).toMatchObject({ accepted: false, stage: 'dot', status: null, bodyWritten: true })
  })
  test('`hangUp` on a used session opens no other', async () => {
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

  test('`hangUp` ends a connection that waits for the greeting', async () => {
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

describe('a server that ends sessions', () => {
  test('after each 2 emails gets each of 9 once', async () => {
    const sink = await sinkWith({ closeAfter: 2 })
    const client = clientOf(config(sink.port))
    for (let i = 0; i < 9; i++) expect((await client.send(mail(`m${i}`))).accepted).toBe(true)
    expect(sink.mails.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: 9 }, (_, i) => `m${i}@site.example`),
    )
    expect(sink.connections).toBe(5)
  })

  test('with 421 to MAIL on a used session gets the email on a new one', async () => {
    const sink = await sinkWith()
    const client = clientOf(config(sink.port))
    await client.send(mail('first'))
    sink.at = { mail: () => (sink.connections === 1 ? '421 enough for now' : undefined) }
    expect((await client.send(mail('second'))).accepted).toBe(true)
    expect(sink.mails).toHaveLength(2)
  })

  test('with 421 to RCPT gets the email on a new session, where a second 421 is its reply', async () => {
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

  test('a server gets the name and password, and its refusal of the login is returned', async () => {
    const port = await serverWith({ authOptional: false })
    const good = await clientOf(config(port, { user: 'papers', password: 'right' })).send(mail('ada'))
    expect(good.accepted).toBe(true)
    const wrong = await clientOf(config(port, { user: 'papers', password: 'wrong' })).send(mail('ada'))
    expect(wrong).toMatchObject({ accepted: false, stage: 'login', status: 535, bodyWritten: false })
    const none = await clientOf(config(port)).send(mail('ada'))
    expect(none).toMatchObject({ accepted: false, stage: 'mail', status: 530, bodyWritten: false })
  })

  test('a server that offers no login does not get the password', async () => {
    const port = await serverWith({ disabledCommands: ['AUTH'] })
    const result = await clientOf(config(port, { user: 'papers', password: 'right' })).send(mail('ada'))
    expect(result).toMatchObject({ accepted: false, stage: 'login', status: null })
  })
})
