import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeCertificate } from '../../../support/certificates.ts'
import { computedMs } from '../../../support/computed-ms.ts'
import { smtpConfig as config, smallMail as mail, useSmtp } from '../../../support/smtp-clients.ts'
import type { Behaviour, Closing, SinkOptions, Step } from '../../../support/smtp-sink.ts'

const { sinkWith, clientOf } = useSmtp()
const TICK_MS = 10

/** Time in which this process runs: while a busy machine stops it, none passes. */
function livedTime(): { ms: () => number } {
  let ticks = 0
  const timer = setInterval(() => ticks++, TICK_MS)
  onTestFinished(() => clearInterval(timer))
  return { ms: () => ticks * TICK_MS }
}

describe('a server that sends slowly', () => {
  const BRIEF = { connectMs: 200, silenceMs: 300 }
  const LIMIT_MS = 200 + 200 + 300
  // Twenty seconds, far more than the limit.
  const drip = (text: string) => `drip 40: ${text}${', and so on'.repeat(45)}`

  const slow: [Step, string, object][] = [
    ['greeting', '220 sink', { stage: 'connect', bodyWritten: false }],
    ['ehlo', '250 sink', { stage: 'connect', bodyWritten: false }],
    ['mail', '250 ok', { stage: 'mail', bodyWritten: false }],
    ['rcpt', '250 ok', { stage: 'mail', bodyWritten: false }],
    ['data', '354 go on', { stage: 'mail', bodyWritten: false }],
    ['dot', '250 accepted', { stage: 'dot', bodyWritten: true }],
  ]
  test.each(slow)('after %s delays an email up to the limit', async (step, text, expected) => {
    const sink = await sinkWith({ at: { [step]: drip(text) } })
    const client = clientOf(config(sink.port), BRIEF)
    const time = livedTime()
    expect(await client.send(mail('ada'))).toMatchObject({ accepted: false, status: null, ...expected })
    expect(time.ms()).toBeLessThan(LIMIT_MS + 500)
    sink.at = {}
    expect((await client.send(mail('next'))).accepted).toBe(true)
    expect(sink.connections).toBe(2)
  })

  test('after the reset does not change the refusal', async () => {
    const sink = await sinkWith({ at: { rcpt: '550 5.1.1 User unknown', rset: drip('250 ok') } })
    const time = livedTime()
    const result = await clientOf(config(sink.port), BRIEF).send(mail('ada'))
    expect(result).toMatchObject({ stage: 'rcpt', status: 550 })
    expect(time.ms()).toBeLessThan(LIMIT_MS + 500)
  })

  test('does not get a second attempt on a used session that timed out', async () => {
    const sink = await sinkWith()
    const client = clientOf(config(sink.port), BRIEF)
    await client.send(mail('first'))
    sink.at = { rcpt: drip('250 ok') }
    expect(await client.send(mail('second'))).toMatchObject({ accepted: false, bodyWritten: false })
    expect(sink.recipients).toHaveLength(2)
  })

  test.each(['endless', 'endless-lines'])(
    'with a reply that never ends fails each step: %s',
    async (endless) => {
      const sink = await sinkWith()
      const client = clientOf(config(sink.port))
      for (const step of ['greeting', 'ehlo', 'mail', 'rcpt', 'data', 'dot'] as const) {
        sink.at = { [step]: endless }
        const result = await client.send(mail(step))
        expect(result).toMatchObject({ accepted: false, status: null, bodyWritten: step === 'dot' })
      }
    },
  )
})

describe('a reply to the body', () => {
  const line = (length: number) => 'x'.repeat(length)
  const many = (lines: number, end: string) =>
    `${'250-and one more line of it\r\n'.repeat(lines - 1)}250 ${end}`

  test.each([
    ['without words', '250'],
    ['of two lines', '250-queued\r\n250 as 12'],
    ['of 512 lines', many(512, 'ok')],
    ['of 100,000 letters without a blank', `250 ${line(100_000)}`],
    ['of 2,000 addresses', `250 ${'someone@long-enough.example '.repeat(2000)}`],
    ['in other letters, with a NUL', '250 2.0.0 принято 受け取りました 🎉\x00\x07'],
  ])('%s is an acceptance, and is stored short', async (_what, dot) => {
    const sink = await sinkWith({ at: { dot } })
    const begun = computedMs()
    const result = await clientOf(config(sink.port)).send(mail('ada'))
    expect(result).toMatchObject({ accepted: true, reply: expect.stringMatching(/^250[^\p{Cc}]{0,497}$/u) })
    expect(result.reply).not.toContain('@')
    expect(computedMs() - begun).toBeLessThan(1000)
  })

  test.each([
    ['250-queued\r\n550 not after all'],
    ['250-queued\r\nas 12'],
    ['25 queued'],
    ['2500 queued'],
    ['250queued'],
    ['251 queued'],
    ['221 bye'],
    ['354 go on'],
    ['550no'],
    ['99999999999 no'],
  ])('of "%s" leaves the email uncertain', async (dot) => {
    const sink = await sinkWith({ at: { dot } })
    const client = clientOf(config(sink.port))
    const result = await client.send(mail('ada'))
    expect(result).toMatchObject({ accepted: false, stage: 'dot', bodyWritten: true, status: null })
    sink.at = {}
    expect((await client.send(mail('next'))).accepted).toBe(true)
    expect(sink.connections).toBe(2)
  })

  test('does not count before the body was requested or is complete', async () => {
    const sink = await sinkWith()
    const early: Partial<Record<Step, Behaviour>>[] = [
      { rcpt: '250 ok\r\n250 ok\r\n250 ok' },
      { data: '250 ok' },
      { data: '354 go on\r\n250 ok' },
    ]
    for (const at of early) {
      sink.at = at
      const result = await clientOf(config(sink.port)).send(mail('ada'))
      expect(result, JSON.stringify(at)).toMatchObject({ accepted: false, bodyWritten: false, status: null })
    }
    expect(sink.mails).toEqual([])
  })

  test('does not count while the body is being written', async () => {
    let isAsked = false
    const data = () => {
      isAsked = true
      return undefined
    }
    const sink = await sinkWith({ at: { data } })
    const client = clientOf(config(sink.port))
    const large = { ...mail('large'), raw: Buffer.alloc(30_000_000, `${'x'.repeat(70)}\r\n`) }
    const sent = client.send(large)
    while (!isAsked) await new Promise((resolve) => setImmediate(resolve))
    sink.say('250 ok')
    expect(await sent).toMatchObject({ accepted: false, bodyWritten: false })
    expect((await client.send(mail('next'))).accepted).toBe(true)
    expect(sink.accepted).toHaveLength(1)
  })

  test('that is followed by another does not count for the next email', async () => {
    const sink = await sinkWith({ at: { dot: '250 ok\r\n550 no' } })
    const client = clientOf(config(sink.port))
    expect((await client.send(mail('ada'))).accepted).toBe(true)
    expect((await client.send(mail('next'))).accepted).toBe(true)
    expect(sink.connections).toBe(2)
  })
})

describe('a connection', () => {
  const sendMany = async (options: SinkOptions, count: number, changes = {}, oldestMs?: number) => {
    const sink = await sinkWith(options)
    const client = clientOf(config(sink.port, changes), undefined, { maxAgeMs: oldestMs })
    const results = []
    for (let i = 0; i < count; i++) results.push(await client.send(mail(`m${i}`)))
    return { sink, results }
  }

  test('has no more emails than the settings allow', async () => {
    const { sink, results } = await sendMany({}, 7, { mails: 3 })
    expect(results.every(({ accepted }) => accepted)).toBe(true)
    expect(sink.connections).toBe(3)
  })

  test('has no more emails once it is old', async () => {
    const { sink } = await sendMany({}, 3, {}, 0)
    expect(sink.connections).toBe(3)
    expect(sink.accepted).toHaveLength(3)
  })

  const ways: Closing[] = ['silent', '421-with', '421-after', '421-next', '421-instead']
  for (const extensions of [[], ['PIPELINING']]) {
    test.each(ways)(`that the server closes after two emails loses none: %s (${extensions})`, async (way) => {
      const { sink, results } = await sendMany({ closeAfter: 2, closing: [way], extensions }, 9)
      const kept = sink.accepted.map(({ messageId }) => messageId)
      expect(new Set(kept).size).toBe(kept.length)
      const accepted = results.flatMap((result, i) => (result.accepted ? [`m${i}@site.example`] : []))
      expect(accepted).toEqual(kept)
      expect(kept).toHaveLength(way === '421-instead' ? 5 : 9)
      for (const result of results) if (!result.accepted) expect(result.status).toBe(421)
    })
  }
})

describe('STARTTLS', () => {
  const files = makeCertificate(['localhost'])
  const tls = { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8') }

  test.each(['require', 'verify'] as const)('that is not offered sends nothing with tls=%s', async (mode) => {
    const sink = await sinkWith()
    const result = await clientOf(config(sink.port, { tls: mode })).send(mail('ada'))
    expect(result).toMatchObject({ accepted: false, stage: 'tls', bodyWritten: false })
    expect([...sink.recipients, ...sink.mails]).toEqual([])
  })

  test.each(['any', 'require', 'verify'] as const)(
    'that is refused for now sends nothing with tls=%s',
    async (mode) => {
      const sink = await sinkWith({ tls, at: { starttls: '454 4.7.0 TLS not available' } })
      const result = await clientOf(config(sink.port, { tls: mode })).send(mail('ada'))
      expect(result).toMatchObject({ accepted: false, stage: 'tls', status: 454, bodyWritten: false })
      expect([...sink.recipients, ...sink.mails]).toEqual([])
    },
  )

  test('does not read replies that were injected before it', async () => {
    const injected = '250-evil\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 swallowed\r\n250 '
    const sink = await sinkWith({ tls, at: { starttls: `220 go on\r\n${injected}` } })
    const client = clientOf(config(sink.port, { tls: 'require' }))
    expect(await client.send(mail('ada'))).toEqual({ accepted: true, reply: '250 2.0.0 accepted' })
    expect(sink.accepted).toHaveLength(1)
  })
})
