import type { AddressInfo } from 'node:net'
import { setImmediate as nextImmediate } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { type MovableClock, monotonicMs, stoppedClock } from '../../../../src/core/clock.ts'
import { freePort } from '../../../../src/core/database/embedded-postgres.ts'
import type { FailpointHook } from '../../../../src/core/deps.ts'
import { openIncidents } from '../../../../src/core/incident.repo.ts'
import { type Log, silentLog } from '../../../../src/core/log.ts'
import { clearSwitch, readSwitch, setSwitch } from '../../../../src/core/switch.repo.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { activeSendRates } from '../../../../src/limits/send-rate.repo.ts'
import type { Compose, Lane } from '../../../../src/mail/message.ts'
import { endExpiredMessages, enqueue } from '../../../../src/mail/outbox/message.repo.ts'
import { type DrainInput, drain } from '../../../../src/mail/sending/drain.ts'
import type { RunResult } from '../../../../src/mail/sending/run.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import {
  addDigestMessages,
  addDigests,
  addSubscribers,
  at,
  attemptsIn,
  DEADLINE,
  digestMessage,
  endLeases,
  enqueueGoodbyes,
  goodbye,
  messagesIn,
  NOW,
  statesIn,
} from '../../../support/messages.ts'
import { passTimeInSendRates } from '../../../support/pass-time-in-send-rates.ts'
import { type SinkOptions, type SmtpSink, startSmtpSink } from '../../../support/smtp-sink.ts'

const database = useDatabase()
let clock: MovableClock
const closing: (() => unknown)[] = []

beforeEach(async () => {
  clock = stoppedClock(NOW)
  await emptyTables(database.db)
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function sinkWith(options: SinkOptions = {}): Promise<SmtpSink> {
  const sink = await startSmtpSink(options)
  closing.push(sink.close)
  return sink
}

const compose: Compose = async ({ id, toAddress }) => ({
  from: 'papers@site.example',
  to: toAddress,
  raw: Buffer.from(`Message-ID: <${id}@site.example>\r\n\r\nHello\r\n`),
})

interface Settings {
  port: number
  query?: string
  environment?: Record<string, string>
  log?: Log
  onFailpoint?: FailpointHook
}

let drains = 0
function drainWith(
  { port, query = 'connections=2', environment = {}, log = silentLog, onFailpoint }: Settings,
  input: Partial<DrainInput> = {},
): Promise<RunResult> {
  const config = readConfig({ SMTP_URL: `smtp://127.0.0.1:${port}?${query}`, ...environment })
  const deps = {
    config,
    clock,
    features: FEATURES,
    log,
    db: database.db,
    databaseUrl: database.url,
    onFailpoint,
  }
  return drain(deps, { lane: 'bulk', owner: `drain${drains++}`, compose, ...input })
}

const endLeasesIn = (seconds: number) => database.db.$executeRaw`
  update batch set lease_until = now() + make_interval(secs => ${seconds}::float8) where owner is not null`
async function leaseLeft(): Promise<number> {
  const [row] = await database.db.$queryRaw<{ seconds: number }[]>`
    select extract(epoch from lease_until - now())::float8 as seconds from batch where owner is not null`
  return row!.seconds
}
const recipients = (sink: SmtpSink) => sink.accepted.map(({ to }) => to).sort()
const batchRows = () => database.db.batch.findMany()
const allGivenBack = async () => (await batchRows()).every(({ owner }) => owner === null)
const roundTrips = async (count: number) => {
  for (let i = 0; i < count; i++) await database.db.$queryRaw`select 1`
}
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('`drain`', () => {
  test('sends each message once, and ends its batches', async () => {
    await addDigestMessages(database.db, 450)
    const sink = await sinkWith()
    const result = await drainWith({ port: sink.port, query: 'connections=4' })
    expect(result).toMatchObject({ accepted: 450, stopped: null })
    expect(new Set(recipients(sink)).size).toBe(450)
    expect(sink.mails).toHaveLength(450)
    expect(sink.connections).toBeLessThanOrEqual(8) // four, each renewed after a hundred emails
    expect(await statesIn(database.db)).toEqual({ accepted: 450 })
    expect((await batchRows()).every(({ doneAt, owner }) => doneAt !== null && owner === null)).toBe(true)
    expect(await database.db.acceptance.count()).toBe(450)
    expect((await drainWith({ port: sink.port })).accepted).toBe(0)
  })

  test('three at once share the work and send nothing twice', async () => {
    await addDigestMessages(database.db, 700)
    const sink = await sinkWith()
    const results = await Promise.all([1, 2, 3].map(() => drainWith({ port: sink.port })))
    expect(results.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(700)
    expect(sink.mails).toHaveLength(700)
    expect(await statesIn(database.db)).toEqual({ accepted: 700 })
  })

  test('reports that more messages are ready than it has leased', async () => {
    await addDigestMessages(database.db, 450)
    const sink = await sinkWith()
    let nudges = 0
    await drainWith(sink, { onMoreReady: async () => void nudges++ })
    expect(nudges).toBe(2)
  })

  test('sends all messages if other processes cannot be nudged', async () => {
    await addDigestMessages(database.db, 450)
    const sink = await sinkWith()
    const deaf = async () => {
      throw new Error('no queue')
    }
    expect(await drainWith(sink, { onMoreReady: deaf })).toMatchObject({ accepted: 450, stopped: null })
  })

  test('sends the transactional lane over up to two connections', async () => {
    await enqueueGoodbyes(database.db, 'transactional', 40)
    const sink = await sinkWith({ delayMs: 5 })
    expect(
      await drainWith({ port: sink.port, query: 'connections=8' }, { lane: 'transactional' }),
    ).toMatchObject({
      accepted: 40,
    })
    expect(sink.connections).toBe(2)
  })

  test.each([
    ['sending is off', { SENDING: 'off' }],
    ['there is no mail server', { SMTP_URL: '' }],
  ])('does nothing if %s', async (_what, environment) => {
    await addDigestMessages(database.db, 2)
    const sink = await sinkWith()
    expect((await drainWith({ port: sink.port, environment })).accepted).toBe(0)
    expect(sink.connections).toBe(0)
    expect(await statesIn(database.db)).toEqual({ ready: 2 })
  })

  test('waits for batches that another worker may lose', async () => {
    await addDigestMessages(database.db, 3)
    await database.db.$executeRaw`update batch set owner = 'dead', lease_until = now() + interval '1 hour'`
    const sink = await sinkWith({ delayMs: 300 })
    const patient = drainWith(sink)
    await roundTrips(20)
    // Only from the dead worker: messages that the living one has by now are its own.
    await endLeases(database.db, { owner: 'dead' })
    expect((await patient).accepted).toBe(3)
    expect(sink.mails).toHaveLength(3)
  })
})

describe('the order of records', () => {
  test('has the last 250 before the next body of its connection begins', async () => {
    await addDigestMessages(database.db, 10)
    const sink = await sinkWith()
    let running: Promise<RunResult> | undefined
    await database.db.$transaction(async (tx) => {
      await tx.$executeRaw`lock table acceptance in exclusive mode`
      running = drainWith({ port: sink.port, query: 'connections=2' })
      await until(() => sink.accepted.length === 2 && sink.recipients.length === 4)
      await roundTrips(50)
      expect(sink.mails).toHaveLength(2)
    })
    expect(await running).toMatchObject({ accepted: 10 })
    expect(sink.mails).toHaveLength(10)
    expect(sink.connections).toBe(2)
  })

  test.each([
    ['its lease has ended', { LEASE_SECONDS: '1', LEASE_RENEW_SECONDS: '3600' }, 'ready'],
    ['its subscriber has left', {}, 'skipped'],
  ])('holds a body back that waited for the record, if %s meanwhile', async (_what, environment, state) => {
    await addDigestMessages(database.db, 2)
    const sink = await sinkWith()
    let running: Promise<RunResult> | undefined
    await database.db.$transaction(async (tx) => {
      await tx.$executeRaw`lock table acceptance in exclusive mode`
      running = drainWith({ port: sink.port, query: 'connections=1', environment })
      await until(() => sink.recipients.length === 2)
      if (state === 'ready')
        await setSwitch(database.db, 'delivery', { value: 'paused', reason: 'no second lease', at: NOW })
      else await database.db.$executeRaw`update subscriber set state = 'unsubscribed'`
      const since = monotonicMs()
      await until(() => monotonicMs() - since > 1100)
    })
    expect(await running).toMatchObject({ accepted: 1, stopped: null })
    expect(sink.mails).toHaveLength(1)
    expect(await statesIn(database.db)).toEqual({ accepted: 1, [state]: 1 })
    expect((await messagesIn(database.db)).map(({ attempts }) => attempts).sort()).toEqual([0, 1])
    expect(await database.db.attempt.count()).toBe(0)
  })

  test('has a 250 although another worker has the lease by then', async () => {
    await addDigestMessages(database.db, 6)
    const sink = await sinkWith()
    const stealing: Compose = async (message) => {
      await setSwitch(database.db, 'delivery', { value: 'paused', reason: 'bob keeps what he has', at: NOW })
      await database.db.$executeRaw`update batch set owner = 'bob', lease_until = now() + interval '1 hour'`
      return compose(message)
    }
    const result = await drainWith({ port: sink.port, query: 'connections=1' }, { compose: stealing })
    expect(result.accepted).toBe(sink.accepted.length)
    expect(result.accepted).toBeLessThanOrEqual(2)
    expect(await database.db.acceptance.count()).toBe(result.accepted)
    expect(await batchRows()).toMatchObject([{ owner: 'bob', doneAt: null }])
  })

  test('begins nothing once the lease may have ended', async () => {
    await addDigestMessages(database.db, 4)
    const sink = await sinkWith({ delayMs: 1100 })
    const environment = { LEASE_SECONDS: '1', LEASE_RENEW_SECONDS: '3600' }
    const reason = 'no second lease'
    const onFailpoint = async (point: string) => {
      if (point === 'before-claim' && sink.accepted.length > 0)
        await setSwitch(database.db, 'delivery', { value: 'paused', reason, at: NOW })
    }
    const settings = { port: sink.port, query: 'connections=1', environment, onFailpoint }
    expect(await drainWith(settings)).toMatchObject({ accepted: 1 })
    expect(sink.mails).toHaveLength(1)
    expect(await statesIn(database.db)).toEqual({ accepted: 1, ready: 3 })
  })

  test('has the lease renewed while an email is in progress', async () => {
    await addDigestMessages(database.db, 1)
    const sink = await sinkWith({ at: { dot: 'silence' } })
    const stopping = new AbortController()
    const environment = { LEASE_SECONDS: '30', LEASE_RENEW_SECONDS: '1' }
    const running = drainWith({ port: sink.port, environment }, { signal: stopping.signal })
    await until(() => sink.mails.length === 1)
    await endLeasesIn(5)
    while ((await leaseLeft()) < 20) await roundTrips(10)
    await sink.close()
    expect(await running).toMatchObject({ uncertain: 1 })
  })
})

describe('a worker that hangs', () => {
  const settings = { query: 'connections=1', environment: { LEASE_SECONDS: '30', LEASE_RENEW_SECONDS: '1' } }
  const stalledAfterMs = 300
  let stalled: number
  beforeEach(() => {
    stalled = 0
  })
  const log: Log = { ...silentLog, error: (event) => void (event === 'batch.stalled' && stalled++) }

  test('does not renew its lease, and sends nothing when it wakes', async () => {
    await addDigestMessages(database.db, 3)
    const { port, mails } = await sinkWith()
    const hang = Promise.withResolvers<void>()
    const hanging: Compose = (message) => hang.promise.then(() => compose(message))
    const stopping = new AbortController()
    const input = { compose: hanging, stalledAfterMs, signal: stopping.signal }
    const first = drainWith({ port, ...settings, log }, input)
    await until(() => stalled === 1)
    await endLeases(database.db)
    expect(await drainWith({ port, ...settings })).toMatchObject({ accepted: 3 })
    stopping.abort()
    hang.resolve()
    expect(await first).toMatchObject({ accepted: 0, refused: 0 })
    expect(mails).toHaveLength(3)
  }, 20_000)

  test('is not one that waits for a slow mail server', async () => {
    await addDigestMessages(database.db, 1)
    const { port, mails } = await sinkWith({ delayMs: 3000 })
    const running = drainWith({ port, ...settings, log }, { stalledAfterMs })
    await until(() => mails.length === 1)
    await endLeasesIn(5)
    while ((await leaseLeft()) < 20) await roundTrips(10)
    expect(await running).toMatchObject({ accepted: 1 })
    expect(stalled).toBe(0)
  })

  test('is not one that waits for its send rate', async () => {
    await addDigestMessages(database.db, 1)
    await database.db.$executeRaw`
      insert into bucket (key, tokens, at, slowed_to, slowed_at) values ('send all', 0, now(), 0.5, now())`
    const { port } = await sinkWith()
    expect(await drainWith({ port, ...settings, log }, { stalledAfterMs })).toMatchObject({ accepted: 1 })
    expect(stalled).toBe(0)
  })
})

describe('an unsubscribe during a run', () => {
  test('skips all messages that are not in progress', async () => {
    await addDigestMessages(database.db, 50)
    const sink = await sinkWith()
    let first = true
    const unsubscribing: Compose = async (message) => {
      if (first) await database.db.$executeRaw`update subscriber set state = 'unsubscribed'`
      first = false
      return compose(message)
    }
    const result = await drainWith({ port: sink.port, query: 'connections=2' }, { compose: unsubscribing })
    expect(result.accepted).toBeLessThanOrEqual(4)
    expect(result.skipped).toBe(50 - result.accepted)
    expect(sink.mails).toHaveLength(result.accepted)
  })
})

describe('a domain with a send rate', () => {
  test('gets all that is ready, in one run', async () => {
    await addDigestMessages(database.db, 100)
    const sink = await sinkWith()
    const result = await drainWith({ port: sink.port, environment: { DOMAIN_RATE: '16' } })
    expect(result).toMatchObject({ accepted: 100, stopped: null })
  })

  test('has its rate in a batch of several domains too', async () => {
    await addDigestMessages(database.db, 10)
    const sink = await sinkWith()
    const stopping = new AbortController()
    const running = drainWith(
      { port: sink.port, environment: { DOMAIN_RATE: '0.1' } },
      { signal: stopping.signal },
    )
    await until(() => sink.accepted.length > 0)
    await roundTrips(100)
    stopping.abort()
    expect((await running).accepted).toBe(1)
  })
})

const pauseDelivery = (value: string) =>
  setSwitch(database.db, 'delivery', { value, reason: 'test', at: NOW })
/** A standby that was promoted does not know the newest takes. */
async function promote(): Promise<void> {
  await database.db.$executeRaw`
    update message set state = 'ready', attempts = 0, taken_at = null, taken_by = null where state = 'taken'`
  await pauseDelivery('restored')
}

describe('a message that waits for its permit', () => {
  /** The first of two goes at once; the second waits longer than a look at its subscriber is good for. */
  async function sentBeside(change: () => Promise<unknown>): Promise<RunResult> {
    await addDigestMessages(database.db, 2)
    await database.db.$executeRaw`
      insert into bucket (key, tokens, at, slowed_to, slowed_at) values ('send all', 2, now(), 0.6, now())`
    const sink = await sinkWith()
    const running = drainWith({ port: sink.port, query: 'connections=1' })
    await until(() => sink.accepted.length === 1)
    await change()
    await running
    expect(sink.mails).toHaveLength(1)
    return running
  }
  const tries = async () => (await messagesIn(database.db)).map(({ attempts }) => attempts).sort()

  test('is not sent to a subscriber who has left meanwhile', async () => {
    const leave = () => database.db.$executeRaw`update subscriber set state = 'unsubscribed'`
    expect(await sentBeside(leave)).toMatchObject({ accepted: 1, skipped: 1 })
    expect(await tries()).toEqual([0, 1])
  })

  test('is not sent once delivery is paused', async () => {
    expect(await sentBeside(() => pauseDelivery('paused'))).toMatchObject({ accepted: 1, skipped: 0 })
    expect(await tries()).toEqual([0, 1])
  })

  test('is not sent by a promoted standby', async () => {
    expect(await sentBeside(promote)).toMatchObject({ accepted: 1, skipped: 0 })
  })
})

test('a message is checked again after a failed write, as the database may be a promoted standby', async () => {
  await addDigestMessages(database.db, 3)
  await database.db.$executeRawUnsafe(`
    create function await_promotion() returns trigger language plpgsql as $$ begin
      if not exists (select from switch where name = 'delivery') then raise 'away'; end if;
      return new;
    end $$`)
  await database.db.$executeRaw`
    create trigger away before insert on acceptance for each row execute function await_promotion()`
  closing.push(() => database.db.$executeRaw`drop function await_promotion cascade`)
  const sink = await sinkWith()
  const log: Log = { ...silentLog, error: (event) => event === 'database.error' && promote() }
  const result = await drainWith({ port: sink.port, query: 'connections=1', log })
  expect(result.accepted).toBe(1)
  expect(sink.mails).toHaveLength(1)
})

describe('a lost batch that its own worker leases again', () => {
  test('belongs to the new lease, and the end of the old one releases nothing', async () => {
    await addDigestMessages(database.db, 8)
    const sink = await sinkWith({ delayMs: 1500 })
    const settings = { LEASE_SECONDS: '1', LEASE_RENEW_SECONDS: '3600' }
    const seen: string[] = []
    const watching: Compose = async (message) => {
      const owners = await database.db.batch.findMany({ where: { owner: { not: null } } })
      seen.push(...owners.map(({ owner }) => owner!))
      return compose(message)
    }
    const running = drainWith(
      { port: sink.port, query: 'connections=2', environment: settings },
      { compose: watching },
    )
    await until(() => sink.accepted.length >= 2)
    await setSwitch(database.db, 'delivery', { value: 'paused', reason: 'seen enough', at: NOW })
    await running
    // Each lease has a name of its own, and no message is on its way twice beyond what a lost lease allows.
    expect(new Set(seen).size).toBeGreaterThan(1)
    const copies = Map.groupBy(sink.mails, ({ messageId }) => messageId)
    expect(Math.max(...[...copies.values()].map(({ length }) => length))).toBeLessThanOrEqual(2)
    expect((await statesIn(database.db)).taken ?? 0).toBe(0)
  })
})

describe('a reply of the server', () => {
  test('with 4xx defers the message, which is sent later', async () => {
    await addDigestMessages(database.db, 3)
    const sink = await sinkWith({
      at: { rcpt: (to) => (to === 's2@y.example' ? '450 4.2.0 later' : undefined) },
    })
    expect(await drainWith(sink)).toMatchObject({ accepted: 2, deferred: 1, stopped: null })
    expect((await messagesIn(database.db))[1]).toMatchObject({ state: 'deferred', nextTry: at('08:01') })
    sink.at = {}
    expect(await drainWith(sink)).toMatchObject({ accepted: 0 })
    clock.moveTo(at('08:01'))
    expect(await drainWith(sink)).toMatchObject({ accepted: 1 })
    expect(recipients(sink)).toEqual(['s1@y.example', 's2@y.example', 's3@y.example'])
  })

  test('with 451 to all attempts gives up at the deadline, not before', async () => {
    await addDigestMessages(database.db, 1)
    const sink = await sinkWith({ at: { data: '451 4.3.0 later' } })
    for (let minute = 0; minute < 20 * 60; minute++) {
      clock.moveTo(new Date(NOW.getTime() + minute * 60_000))
      if ((await statesIn(database.db)).gave_up) break
      const next = (await messagesIn(database.db))[0]!.nextTry
      if (next <= clock.now()) await drainWith(sink)
    }
    expect(await messagesIn(database.db)).toMatchObject([{ state: 'gave_up', reason: 'expired' }])
    // 08:00, :01, :06, :21, :51, 09:51 and every hour until 03:51.
    expect((await attemptsIn(database.db)).length).toBe(24)
  })

  test('with an unknown mailbox reports the address, and another 5xx does not', async () => {
    await addDigestMessages(database.db, 3)
    const answers: Record<string, string> = {
      's1@y.example': '550 5.1.1 <s1@y.example>: User unknown',
      's2@y.example': '550 5.7.1 <s2@y.example>: not from you',
    }
    const sink = await sinkWith({ at: { rcpt: (to) => answers[to] } })
    const dead: string[] = []
    const onDeadAddress = async (address: string) => void dead.push(address)
    expect(await drainWith(sink, { onDeadAddress })).toMatchObject({ accepted: 1, refused: 2, stopped: null })
    expect(dead).toEqual(['s1@y.example'])
    expect(await messagesIn(database.db)).toMatchObject([
      { state: 'refused', reason: '5.1.1' },
      { state: 'refused', reason: '5.7.1' },
      { state: 'accepted', reason: null },
    ])
    const kept = (await attemptsIn(database.db)).map(({ reply: answer }) => answer).join()
    expect(kept).toContain('User unknown')
    expect(kept).not.toContain('y.example')
  })

  test('with the same refusal ten times pauses delivery for all processes, until it is resumed', async () => {
    await addDigestMessages(database.db, 40)
    const sink = await sinkWith({
      at: { rcpt: (to) => `554 5.7.1 <${to}>: Relay access denied id 4X${to.length}` },
    })
    const result = await drainWith({ port: sink.port, query: 'connections=2' })
    expect(result.stopped).toBe('refused-alike')
    expect(result.refused).toBeGreaterThanOrEqual(10)
    expect(result.refused).toBeLessThanOrEqual(11)
    const { value, reason } = (await readSwitch(database.db, 'delivery'))!
    expect(value).toBe('paused')
    expect(reason).toContain('Relay access denied')
    expect(reason).not.toContain('y.example')
    expect(await statesIn(database.db)).toEqual({ refused: result.refused, ready: 40 - result.refused })
    sink.at = {}
    expect((await drainWith(sink)).accepted).toBe(0)
    await clearSwitch(database.db, 'delivery')
    expect((await drainWith(sink)).accepted).toBe(40 - result.refused)
  })

  /** A digest for each of 12 subscribers is ready, and a goodbye. */
  const addBothLanes = async () => {
    await addDigestMessages(database.db, 12)
    const goodbyes = Array.from({ length: 12 }, (_, i) => goodbye(i + 1))
    await enqueue(database.db, 'transactional', goodbyes)
  }

  test('with an unknown mailbox does not stop the transactional lane', async () => {
    await addBothLanes()
    const sink = await sinkWith({ at: { rcpt: '550 5.1.1 User unknown' } })
    const answers = await drainWith(sink, { lane: 'transactional' })
    expect(answers).toMatchObject({ refused: 12, stopped: null })
    sink.at = {}
    expect(await drainWith(sink)).toMatchObject({ accepted: 12 })
  })

  test('with the same other refusal ten times stops the run of the transactional lane only', async () => {
    await addBothLanes()
    const sink = await sinkWith({ at: { rcpt: '554 5.7.1 denied' } })
    const answers = await drainWith({ port: sink.port, query: 'connections=1' }, { lane: 'transactional' })
    expect(answers).toMatchObject({ refused: 10, stopped: 'refused-alike' })
    expect(await readSwitch(database.db, 'delivery')).toBeNull()
    sink.at = {}
    expect(await drainWith(sink)).toMatchObject({ accepted: 12 })
  })

  test('with an unknown mailbox for ten digests in a row pauses delivery', async () => {
    await addDigestMessages(database.db, 12)
    const sink = await sinkWith({ at: { rcpt: '550 5.1.1 User unknown' } })
    const digests = await drainWith({ port: sink.port, query: 'connections=1' })
    expect(digests).toMatchObject({ refused: 10, stopped: 'refused-alike' })
    expect(await readSwitch(database.db, 'delivery')).toMatchObject({ value: 'paused' })
  })

  test.each<[string, (call: number) => string | undefined]>([
    ['an acceptance after each ninth', (call) => (call % 10 === 0 ? undefined : '552 5.2.2 full')],
    ['two alternating texts', (call) => (call % 2 === 0 ? '552 5.2.2 full' : '550 5.1.1 no such user')],
  ])('with fewer than twenty refusals and %s does not pause delivery', async (_what, answerTo) => {
    await addDigestMessages(database.db, 19)
    let calls = 0
    const sink = await sinkWith({ at: { rcpt: () => answerTo(++calls) } })
    const result = await drainWith({ port: sink.port, query: 'connections=1' })
    expect(result.accepted + result.refused).toBe(19)
    expect(result.stopped).toBeNull()
    expect(await readSwitch(database.db, 'delivery')).toBeNull()
  })

  test('with an acceptance ends a row of refusals, also if the next refusal arrives before its record', async () => {
    await addDigestMessages(database.db, 19)
    let calls = 0
    const sink = await sinkWith({ at: { rcpt: () => (++calls === 10 ? undefined : '552 5.2.2 full') } })
    const refused = async () => (await statesIn(database.db)).refused ?? 0
    const onFailpoint = async (point: string) => {
      if (point !== 'before-commit') return
      for (let tries = 0; tries < 100 && (calls < 11 || (await refused()) < 10); tries++)
        await nextImmediate()
    }
    const result = await drainWith({ port: sink.port, query: 'connections=1', onFailpoint })
    expect(result).toMatchObject({ accepted: 1, refused: 18, stopped: null })
  })

  test('that refuses a fifth of the emails with any texts pauses delivery', async () => {
    await addDigestMessages(database.db, 150)
    let calls = 0
    const texts = ['552 5.2.2 full', '550 5.1.1 no such user', undefined, undefined]
    const sink = await sinkWith({ at: { rcpt: () => texts[calls++ % texts.length] } })
    const result = await drainWith({ port: sink.port, query: 'connections=1' })
    expect(result).toMatchObject({ stopped: 'refused-much', refused: 20 })
    expect((await readSwitch(database.db, 'delivery'))?.reason).toMatch(
      /^5\d % of the last \d+ emails were refused/,
    )
  })

  describe('from one domain that refuses while others accept', () => {
    const POLICY = '550 5.7.1 blocked using a list'
    const mixed = async () => {
      await addSubscribers(database.db, 60)
      const digests = await addDigests(database.db, 60)
      const messages = digests.map((digestId, i) => {
        const domain = i % 2 ? 'held.example' : 'good.example'
        return digestMessage(i + 1, { digestId, toAddress: `s${i + 1}@${domain}` })
      })
      await enqueue(database.db, 'bulk', messages)
    }
    const heldNames = async () => (await openIncidents(database.db)).map(({ name }) => name)

    test('to transactional emails does not hold digests of the domain, as anyone may sign up', async () => {
      await addSubscribers(database.db, 24)
      const answers = Array.from({ length: 24 }, (_, i) =>
        goodbye(i + 1, { toAddress: `s${i + 1}@${i < 2 ? 'good' : 'held'}.example` }),
      )
      await enqueue(database.db, 'transactional', answers)
      const sink = await sinkWith({
        at: { rcpt: (to) => (to.endsWith('@held.example') ? '550 mailbox unavailable' : undefined) },
      })
      await drainWith({ port: sink.port, query: 'connections=1' }, { lane: 'transactional' })
      expect(await heldNames()).toEqual([])
      expect(await activeSendRates(database.db)).toEqual([])
    })

    test('holds the domain for an hour with one alert, until it accepts an email', async () => {
      await mixed()
      const sink = await sinkWith({
        at: { rcpt: (to) => (to.endsWith('@held.example') ? POLICY : undefined) },
      })
      const result = await drainWith({ port: sink.port, query: 'connections=2' })
      expect(result).toMatchObject({ accepted: 30, stopped: null })
      expect(result.refused).toBeGreaterThanOrEqual(10)
      expect(result.refused).toBeLessThan(25)
      const much = '^(10 emails in a row|\\d+ % of the last \\d+ emails)'
      const told = await openIncidents(database.db)
      expect(told).toMatchObject([{ name: 'domain held.example', what: 'domain-held' }])
      expect(told[0]!.detail).toMatch(new RegExp(`${much}, the last with: ${POLICY}$`))
      const [pace] = await activeSendRates(database.db)
      expect(pace).toMatchObject({ key: 'send domain held.example', wasHeld: true })
      expect(pace!.reply).toMatch(new RegExp(`${much}$`))

      sink.at = {}
      expect(await drainWith({ port: sink.port })).toMatchObject({ accepted: 0, stopped: null })
      await enqueue(database.db, 'transactional', [goodbye(1, { dedupe: 'a', toAddress: 's1@held.example' })])
      expect(await drainWith({ port: sink.port }, { lane: 'transactional' })).toMatchObject({ accepted: 1 })
      expect(await heldNames()).toEqual(['domain held.example'])

      await passTimeInSendRates(database.db, 3700)
      const later = await drainWith({ port: sink.port })
      expect(later).toMatchObject({ accepted: 30 - result.refused, stopped: null })
      expect(await heldNames()).toEqual([])
    })
  })

  test('that is missing after the body causes one more attempt with the same bytes, then stays uncertain', async () => {
    await addDigestMessages(database.db, 1)
    const sink = await sinkWith({ at: { dot: 'close' } })
    expect(await drainWith(sink)).toMatchObject({ uncertain: 1, stopped: null })
    expect((await batchRows())[0]?.doneAt).toBeNull()
    clock.moveTo(at('08:14'))
    expect(await drainWith(sink)).toMatchObject({ uncertain: 0 })
    clock.moveTo(at('08:15'))
    expect(await drainWith(sink)).toMatchObject({ uncertain: 1 })
    expect((await batchRows())[0]?.doneAt).toEqual(at('08:15'))
    clock.moveTo(at('20:00'))
    sink.at = {}
    expect(await drainWith(sink)).toMatchObject({ accepted: 0, uncertain: 0 })
    expect(await endExpiredMessages(database.db, DEADLINE)).toBe(0)
    expect(await statesIn(database.db)).toEqual({ uncertain: 1 })
    expect(sink.mails).toHaveLength(2)
    expect(sink.mails[0]?.hash).toBe(sink.mails[1]?.hash)
  })

  test('that is missing after the body and 250 at the second attempt is an acceptance', async () => {
    await addDigestMessages(database.db, 1)
    const sink = await sinkWith({ at: { dot: 'close' } })
    await drainWith(sink)
    sink.at = {}
    clock.moveTo(at('08:15'))
    expect(await drainWith(sink)).toMatchObject({ accepted: 1 })
    expect(await statesIn(database.db)).toEqual({ accepted: 1 })
  })

  test('that is missing after the body causes no further attempt, with hold', async () => {
    await addDigestMessages(database.db, 1)
    const sink = await sinkWith({ at: { dot: 'close' } })
    const settings = { port: sink.port, environment: { WHEN_UNCERTAIN: 'hold' } }
    expect(await drainWith(settings)).toMatchObject({ uncertain: 1 })
    clock.moveTo(at('20:00'))
    await drainWith(settings)
    expect(sink.mails).toHaveLength(1)
    expect((await batchRows())[0]?.doneAt).not.toBeNull()
  })

  test('is not requested for a message past its deadline', async () => {
    await addDigestMessages(database.db, 2)
    clock.moveTo(DEADLINE)
    const sink = await sinkWith()
    expect(await drainWith(sink)).toMatchObject({ skipped: 2, accepted: 0 })
    expect(sink.connections).toBe(0)
  })
})

describe('a server that cannot be used', () => {
  test('ends a run in which a prefetcher has more messages than its connections attempt', async () => {
    await addDigestMessages(database.db, 6)
    await enqueue(database.db, 'bulk', [goodbye(1)])
    const sink = await sinkWith({ at: { greeting: '554 no' } })
    expect(await drainWith({ port: sink.port, query: 'connections=2' })).toMatchObject({
      stopped: 'unreachable',
    })
    expect(await allGivenBack()).toBe(true)
  })

  test('defers what was attempted if it cannot be reached, and gets it later', async () => {
    await addDigestMessages(database.db, 20)
    const port = await freePort()
    const result = await drainWith({ port, query: 'connections=2' })
    expect(result).toMatchObject({ deferred: 6, stopped: 'unreachable' })
    expect(await statesIn(database.db)).toEqual({ deferred: 6, ready: 14 })
    const sink = await sinkWith({ port })
    clock.moveTo(at('08:01'))
    expect(await drainWith({ port })).toMatchObject({ accepted: 20, stopped: null })
    expect(sink.mails).toHaveLength(20)
  })

  test('gets all emails over one connection if it accepts only one', async () => {
    await addDigestMessages(database.db, 40)
    let greetings = 0
    const sink = await sinkWith({
      delayMs: 100,
      at: { greeting: () => (greetings++ === 0 ? undefined : '554 5.7.0 one is enough') },
    })
    const result = await drainWith({ port: sink.port, query: 'connections=2' })
    expect(result).toMatchObject({ accepted: 37, deferred: 3, stopped: null })
    expect(await allGivenBack()).toBe(true)
  }, 20_000)

  async function smtpServer(requiresLogin: boolean): Promise<number> {
    const server = new SMTPServer({
      authOptional: !requiresLogin,
      onAuth: (_auth, _session, done) => done(new Error('no')),
      onData: (stream, _session, done) => stream.on('end', done).resume(),
    })
    server.on('error', () => {}) // clients that do not trust its certificate
    await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening))
    closing.push(() => new Promise<void>((closed) => void server.close(closed)))
    return (server.server.address() as AddressInfo).port
  }

  test.each([
    ['a refused login', true, 'tls=any', { SMTP_USER: 'papers', SMTP_PASSWORD: 'wrong' }, 'login-refused'],
    ['a login that is required', true, 'tls=any', {}, 'login-refused'],
    ['a self-signed certificate', false, 'tls=verify', {}, 'tls-refused'],
  ] as const)('%s stops the run, and nothing is lost', async (_what, login, tls, environment, stopped) => {
    await addDigestMessages(database.db, 20)
    const port = await smtpServer(login)
    const result = await drainWith({ port, query: `connections=2&${tls}`, environment })
    expect(result.stopped).toBe(stopped)
    const { deferred = 0, ready = 0 } = await statesIn(database.db)
    expect(deferred).toBeLessThanOrEqual(2)
    expect(deferred + ready).toBe(20)
    expect(await allGivenBack()).toBe(true)
  })

  test('gets emails with a self-signed certificate and tls=any', async () => {
    await addDigestMessages(database.db, 5)
    const port = await smtpServer(false)
    expect(await drainWith({ port, query: 'tls=any' })).toMatchObject({ accepted: 5 })
  })
})

describe('an email that cannot be rendered', () => {
  test('is skipped, not refused, if its subscriber was erased after it was taken', async () => {
    const { db } = database
    await addDigestMessages(db, 1)
    const { port } = await sinkWith()
    const compose: Compose = async () => {
      const gone = { address: null, addressKey: null, addressHash: null, erasedAt: NOW }
      await db.subscriber.updateMany({ data: { ...gone, state: 'unsubscribed' } })
      throw new Error('cannot be composed')
    }
    expect(await drainWith({ port }, { compose })).toMatchObject({ skipped: 1, refused: 0 })
    expect(await messagesIn(db)).toMatchObject([{ state: 'skipped', reason: 'erased' }])
    expect(await attemptsIn(db)).toEqual([])
  })

  test('is refused, and the run goes on', async () => {
    await addDigestMessages(database.db, 5)
    const sink = await sinkWith()
    const failing: Compose = async (message) => {
      if (message.subscriberId === 's3') throw new TypeError('no title for s3@y.example')
      return compose(message)
    }
    expect(await drainWith(sink, { compose: failing })).toMatchObject({ accepted: 4, refused: 1 })
    expect((await messagesIn(database.db))[2]).toMatchObject({ state: 'refused', reason: 'render-failed' })
    expect(await attemptsIn(database.db)).toMatchObject([
      { outcome: 'refused', reply: 'no title for [address]' },
    ])
  })

  test('is as before if the database failed', async () => {
    await addDigestMessages(database.db, 3)
    const sink = await sinkWith()
    const failing: Compose = async () => {
      await database.db.$queryRaw`select no_such_column`
      throw new Error('not reached')
    }
    await expect(drainWith(sink, { compose: failing })).rejects.toThrow('no_such_column')
    expect(await statesIn(database.db)).toEqual({ ready: 3 })
    expect(await allGivenBack()).toBe(true)
  })
  test('is sent by another connection if its own cannot continue', async () => {
    await addDigestMessages(database.db, 40)
    const sink = await sinkWith()
    let calls = 0
    // Each time that one connection has it.
    const failing: Compose = async (message) => {
      if (message.subscriberId === 's1' && calls++ < 2) await database.db.$queryRaw`select no_such_column`
      return compose(message)
    }
    await expect(drainWith(sink, { compose: failing })).rejects.toThrow('no_such_column')
    expect(new Set(recipients(sink)).size).toBe(40)
    expect(sink.mails).toHaveLength(40)
    expect(await statesIn(database.db)).toEqual({ accepted: 40 })
    expect(await allGivenBack()).toBe(true)
  }, 20_000)
})

describe('a run that is stopped', () => {
  test('ends and records what is in progress, and releases the others', async () => {
    await addDigestMessages(database.db, 50)
    const sink = await sinkWith({ delayMs: 30 })
    const stopping = new AbortController()
    const running = drainWith({ port: sink.port, query: 'connections=4' }, { signal: stopping.signal })
    await until(() => sink.mails.length >= 6)
    stopping.abort()
    const { accepted, stopped } = await running
    expect(stopped).toBeNull()
    expect(accepted).toBe(sink.mails.length)
    expect(accepted).toBeLessThan(50)
    expect(await statesIn(database.db)).toEqual({ accepted, ready: 50 - accepted })
    expect((await messagesIn(database.db)).filter(({ state }) => state === 'ready')).toSatisfy(
      (rows: { attempts: number }[]) => rows.every(({ attempts }) => attempts === 0),
    )
    expect(await allGivenBack()).toBe(true)
  })

  test('does not wait without limit for a reply, and records what is in progress as uncertain', async () => {
    await addDigestMessages(database.db, 5)
    const sink = await sinkWith({ at: { dot: 'silence' } })
    const stopping = new AbortController()
    const running = drainWith(sink, { signal: stopping.signal, replyGraceMs: 50 })
    await until(() => sink.mails.length === 2)
    stopping.abort()
    expect(await running).toMatchObject({ uncertain: 2 })
    expect(await statesIn(database.db)).toEqual({ uncertain: 2, ready: 3 })
    expect(await allGivenBack()).toBe(true)
  })

  test('begins nothing if it is stopped before', async () => {
    await addDigestMessages(database.db, 2)
    const sink = await sinkWith()
    expect((await drainWith(sink, { signal: AbortSignal.abort() })).accepted).toBe(0)
    expect(await statesIn(database.db)).toEqual({ ready: 2 })
  })
})

describe('a send rate', () => {
  // So slow that it does not fill during the test.
  const bucketOf = (tokens: number) =>
    database.db
      .$executeRaw`insert into bucket (key, per_second, capacity, tokens, at, slowed_to, slowed_at) values ('send all', 5, 6, ${tokens}::float8, now(), 0.001, now())`

  /** Drains until so many are accepted, and gives it time for more. */
  const drainUntil = async (accepted: number, lane: Lane) => {
    const sink = await sinkWith()
    const stopping = new AbortController()
    const settings = { port: sink.port, query: 'connections=2&rate=5' }
    const running = drainWith(settings, { lane, signal: stopping.signal })
    await until(() => sink.accepted.length >= accepted)
    await roundTrips(50)
    stopping.abort()
    return (await running).accepted
  }

  test('applies to all processes, and leaves a permit for the transactional lane', async () => {
    await addDigestMessages(database.db, 10)
    await bucketOf(4)
    expect(await drainUntil(3, 'bulk')).toBe(3)
    expect(await statesIn(database.db)).toEqual({ accepted: 3, ready: 7 })
    await database.db.$executeRaw`update batch set lane = 'transactional'`
    expect(await drainUntil(1, 'transactional')).toBe(1)
  })
})
