import { setImmediate as nextImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../src/core/clock.ts'
import { openIncidents } from '../../../src/core/incident.repo.ts'
import { silentLog } from '../../../src/core/log.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { activeSendRates } from '../../../src/limits/send-rate.repo.ts'
import type { Compose, Lane } from '../../../src/mail/message.ts'
import { enqueue } from '../../../src/mail/outbox/message.repo.ts'
import { drain } from '../../../src/mail/sending/drain.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { addDigestMessages, addSubscribers, goodbye, NOW, statesIn } from '../../support/messages.ts'
import { passTimeInSendRates } from '../../support/pass-time-in-send-rates.ts'
import { type Behaviour, type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts'

const CONNECTIONS = 8
const MAILS = 300
const MINUTE_MS = 60_000

const database = useDatabase()
const sinks: SmtpSink[] = []
let clock: MovableClock
beforeEach(async () => {
  clock = stoppedClock(NOW)
  await emptyTables(database.db)
})
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.close()
})

const compose: Compose = async ({ id, toAddress }) => ({
  from: 'papers@site.example',
  to: toAddress,
  raw: Buffer.from(`Message-ID: <${id}@site.example>\r\n\r\nHello\r\n`),
})

interface Given {
  dot?: Behaviour
  lane?: Lane
  timeoutSeconds?: number
}

/** An SMTP server that does `dot` after each body, and the service before it, which sends once in each minute. */
async function relay({ dot, lane = 'bulk', timeoutSeconds = 2 }: Given = {}) {
  const sink = await startSmtpSink({ at: dot ? { dot } : {} })
  sinks.push(sink)
  const SMTP_URL = `smtp://127.0.0.1:${sink.port}?connections=${CONNECTIONS}&timeout=${timeoutSeconds}`
  const deps = {
    ...{ config: readConfig({ SMTP_URL }), features: FEATURES, clock, log: silentLog, compose },
    ...{ db: database.db, databaseUrl: database.url },
  }
  return {
    sink,
    deps,
    deliver: () => deliverReady(deps, { lane }),
    /** How many bodies arrive in each of the next minutes. */
    inMinutes: async (count: number): Promise<number[]> => {
      const arrived: number[] = []
      for (let minute = 0; minute < count; minute++) {
        const before = sink.mails.length
        clock.moveTo(new Date(clock.now().getTime() + MINUTE_MS))
        await deliverReady(deps, { lane })
        arrived.push(sink.mails.length - before)
      }
      return arrived
    },
  }
}

const copies = ({ mails }: SmtpSink): number[] => [
  ...Map.groupBy(mails, ({ messageId }) => messageId)
    .values()
    .map(({ length }) => length),
]
const countTwice = (sink: SmtpSink): number => copies(sink).filter((count) => count > 1).length
/** Hangs up after each body number `n`. */
const everyNth = (n: number) => {
  let bodies = 0
  return (): Behaviour | undefined => (++bodies % n === 0 ? 'close' : undefined)
}
const incidents = async () => (await openIncidents(database.db)).map(({ name, what }) => `${name}: ${what}`)

describe.each([
  ['closes the connection', 'close'],
  ['stays silent', 'silence'],
] as const)('an SMTP server that takes emails and then %s', (_title, dot) => {
  test('gets only the emails in progress, then one a minute, and none more than twice', async () => {
    await addDigestMessages(database.db, MAILS)
    const { sink, deliver, inMinutes } = await relay({ dot })
    expect(await deliver()).toMatchObject({ accepted: 0, stopped: 'unanswered' })
    expect(sink.mails.length).toBeLessThanOrEqual(4 + CONNECTIONS)
    expect(await deliver()).toMatchObject({ uncertain: 0, stopped: 'unanswered' })
    expect(await inMinutes(2)).toEqual([1, 1])
    sink.at = {}
    expect(await inMinutes(1)).toEqual([1])
    await passTimeInSendRates(database.db, 3600)
    expect((await inMinutes(20)).reduce((sum, count) => sum + count)).toBeGreaterThan(MAILS - CONNECTIONS)
    expect(await statesIn(database.db)).toEqual({ accepted: MAILS })
    expect(countTwice(sink)).toBeLessThanOrEqual(20)
    expect(Math.max(...copies(sink))).toBe(2)
  }, 30_000)
})

describe('a lane whose mail server does not reply', () => {
  test('is paused for all processes, with an incident, and resumes slowly after a reply', async () => {
    await addDigestMessages(database.db, MAILS)
    const { sink, deliver } = await relay({ dot: 'close' })
    await deliver()
    const other = await relay()
    expect(await other.deliver()).toMatchObject({ accepted: 0, stopped: 'unanswered' })
    expect(await incidents()).toEqual(['unanswered bulk: unanswered'])
    expect(await other.inMinutes(1)).toEqual([1])
    expect(await incidents()).toEqual([])
    expect(await activeSendRates(database.db)).toMatchObject([{ key: 'send all', slowed: true }])
    await passTimeInSendRates(database.db, 3600)
    expect(await other.deliver()).toMatchObject({ stopped: null, uncertain: 0 })
    expect(sink.mails.length + other.sink.mails.length).toBe(MAILS)
  })

  test('is paused for two processes after the emails that both have in progress', async () => {
    await addDigestMessages(database.db, MAILS)
    const { sink, deliver } = await relay({ dot: 'close' })
    const results = await Promise.all([deliver(), deliver()])
    expect(results.map(({ stopped }) => stopped)).toEqual(['unanswered', 'unanswered'])
    expect(sink.mails.length).toBeLessThanOrEqual(4 + 2 * CONNECTIONS)
  })

  test('resumes after a refusal of a body, which is a reply too', async () => {
    await addDigestMessages(database.db, MAILS)
    const { sink, deliver, inMinutes } = await relay({ dot: 'close' })
    await deliver()
    sink.at = { dot: '451 4.3.0 later' }
    expect(await inMinutes(1)).toEqual([1])
    expect(await incidents()).toEqual([])
  })

  test('stays paused if the attempt ends before the body', async () => {
    await addDigestMessages(database.db, MAILS)
    const { sink, deliver, inMinutes } = await relay({ dot: 'close' })
    await deliver()
    sink.at = { rcpt: '450 4.2.0 later' }
    const before = sink.recipients.length
    expect(await inMinutes(2)).toEqual([0, 0])
    expect(sink.recipients).toHaveLength(before + 2)
    expect(await incidents()).toEqual(['unanswered bulk: unanswered'])
  })

  test('stays paused, with the same incident, while the server restarts', async () => {
    await addDigestMessages(database.db, MAILS)
    const { sink, deliver, inMinutes } = await relay({ dot: 'close' })
    await deliver()
    sink.at = { greeting: '554 5.3.2 restarting' }
    expect(await inMinutes(1)).toEqual([0])
    sink.at = { dot: 'close' }
    expect(await inMinutes(2)).toEqual([1, 1])
    expect(await incidents()).toContain('unanswered bulk: unanswered')
  })

  test('does not pause the other lane', async () => {
    await addDigestMessages(database.db, MAILS)
    await (await relay({ dot: 'close' })).deliver()
    await enqueue(database.db, 'transactional', [goodbye(1)])
    expect(await (await relay({ lane: 'transactional' })).deliver()).toMatchObject({ accepted: 1 })
  })

  test('tries an email that was never sent before one without a reply', async () => {
    await addSubscribers(database.db, 40)
    const { sink, deliver, inMinutes } = await relay({ dot: 'close', lane: 'transactional' })
    for (let n = 1; n <= 5; n++) await enqueue(database.db, 'transactional', [goodbye(n)])
    await deliver()
    expect(sink.mails).toHaveLength(5)
    expect(await inMinutes(16)).toEqual(Array(14).fill(0).concat(1, 1))
    for (let n = 6; n <= 9; n++)
      await enqueue(database.db, 'transactional', [goodbye(n, { notBefore: clock.now() })])
    await inMinutes(4)
    expect(sink.recipients.slice(7)).toEqual([6, 7, 8, 9].map((n) => `s${n}@y.example`))
  })
})

describe('emails without a reply', () => {
  test('pause the transactional lane at the fifth in a row, also if each email is a run of its own', async () => {
    await addSubscribers(database.db, 6)
    const { deliver } = await relay({ dot: 'close', lane: 'transactional' })
    const stops: (string | null)[] = []
    for (let n = 1; n <= 6; n++) {
      await enqueue(database.db, 'transactional', [goodbye(n)])
      stops.push((await deliver()).stopped)
    }
    expect(stops).toEqual([null, null, null, null, 'unanswered', 'unanswered'])
    expect(await incidents()).toEqual(['unanswered transactional: unanswered'])
  })

  test('are not in a row if there is a reply between them', async () => {
    await addSubscribers(database.db, 9)
    const { sink, deliver } = await relay({ lane: 'transactional' })
    for (let n = 1; n <= 9; n++) {
      sink.at = n === 5 ? {} : { dot: 'close' }
      await enqueue(database.db, 'transactional', [goodbye(n)])
      expect((await deliver()).stopped).toBeNull()
    }
  })

  test('pause a lane at 2 % of its last 500 emails, but not before five', async () => {
    await addDigestMessages(database.db, 600)
    const { sink, deliver } = await relay()
    sink.at = { dot: everyNth(40) }
    expect(await deliver()).toMatchObject({ stopped: 'unanswered', uncertain: 5 })
    expect(sink.mails.length).toBeGreaterThanOrEqual(200)
  })

  test('do not pause a lane at one in a hundred emails', async () => {
    await addDigestMessages(database.db, 600)
    const { sink, deliver } = await relay()
    sink.at = { dot: everyNth(100) }
    expect(await deliver()).toMatchObject({ stopped: null, accepted: 594, uncertain: 6 })
  })

  test('do not count if the process ends before it waited for the reply', async () => {
    await addDigestMessages(database.db, MAILS)
    const { sink, deps, deliver } = await relay({ dot: 'silence', timeoutSeconds: 60 })
    const stopping = new AbortController()
    const input = { lane: 'bulk' as const, owner: 'ending', compose, replyGraceMs: 50 }
    const ending = drain(deps, { ...input, signal: stopping.signal })
    while (sink.mails.length < CONNECTIONS) await nextImmediate()
    stopping.abort()
    expect(await ending).toMatchObject({ uncertain: CONNECTIONS, stopped: null })
    sink.at = {}
    expect(await deliver()).toMatchObject({ accepted: MAILS - CONNECTIONS, stopped: null })
  })
})
