import { SMTPServer } from 'smtp-server'
import { afterEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { nudgeNames } from '../../../src/core/feature-nudge.ts'
import { silentLog } from '../../../src/core/log.ts'
import { claimTick } from '../../../src/core/tick.repo.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { startSchedule, tick } from '../../../src/service/schedule.ts'
import { startService } from '../../../src/service/service.ts'
import { startReplay } from '../../battery/month/recorded-days.ts'
import { useDatabase } from '../../support/database.ts'
import { eventually } from '../../support/until.ts'

const EVERY_SECOND = '* * * * * *'

const database = useDatabase()
const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe('a slot', () => {
  test('is claimed by one of ten processes at once, and by none later', async () => {
    const slot = new Date('2026-11-23T08:00:00Z')
    const claims = await Promise.all(Array.from({ length: 10 }, () => claimTick(database.db, 'minute', slot)))
    expect(claims.filter(Boolean)).toHaveLength(1)
    expect(await claimTick(database.db, 'minute', slot)).toBe(false)
  })
})

test('a clock that was set back ticks again in minutes that had a tick', async () => {
  const clock = stoppedClock(new Date('2026-11-22T08:00:10Z'))
  const config = readConfig({ DATABASE_URL: database.url })
  const service = await startService(config, [], { features: FEATURES, clock, log: silentLog })
  cleanups.push(service.stop)
  expect([await tick(service.deps), await tick(service.deps)]).toEqual([true, false])
  await database.db.$executeRaw`update tick set claimed_at = now() - interval '2 minutes'`
  const again = await Promise.all(Array.from({ length: 5 }, () => tick(service.deps)))
  expect(again.filter(Boolean)).toHaveLength(1)
})

async function startSink(): Promise<{ url: string; recipients: string[] }> {
  const recipients: string[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, answer) {
      stream.resume()
      stream.on('end', () => {
        recipients.push(...session.envelope.rcptTo.map(({ address }) => address))
        answer()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { url: `smtp://127.0.0.1:${(server.server.address() as { port: number }).port}`, recipients }
}

test('a tick ingests a day and sends it, without a command', async () => {
  const paper = {
    id: '2611.00001',
    title: 'Gated linear attention',
    summary: 'Faster.',
    authors: [],
    upvotes: 3,
  }
  const days = new Map([['2026-11-24', [{ id: paper.id, title: paper.title, votes: 3, record: { paper } }]]])
  const source = await startReplay(days, (day) => new Date(`${day}T05:00:00Z`))
  cleanups.push(source.stop)
  const sink = await startSink()
  const clock = stoppedClock(new Date('2026-11-24T06:00:00Z'))
  const config = readConfig({ DATABASE_URL: database.url, HF_URL: source.url, SMTP_URL: sink.url })
  // A nudge that an earlier test left may ask it at once.
  source.moveTo(clock.now())
  const service = await startService(config, ['worker'], { features: FEATURES, clock, log: silentLog })
  cleanups.push(service.stop)
  await addSubscriber(service.deps, {
    email: 'ann@reader.example',
    topics: ['"linear attention"'],
    consent: 'test',
  })

  expect(await tick(service.deps)).toBe(true)
  await eventually(async () => (await database.db.paper.count()) === 1)
  expect(sink.recipients).toEqual([])

  clock.moveTo(new Date('2026-11-24T08:00:00Z'))
  expect(await tick(service.deps)).toBe(true)
  await eventually(() => sink.recipients.length > 0)
  expect(sink.recipients).toEqual(['ann@reader.example'])

  expect(await tick(service.deps)).toBe(false)
})

test('the schedule ticks without a command', async () => {
  const clock = stoppedClock(new Date('2026-11-25T08:00:00Z'))
  const config = readConfig({ DATABASE_URL: database.url })
  const service = await startService(config, [], { features: FEATURES, clock, log: silentLog })
  cleanups.push(service.stop)
  const schedule = startSchedule(service.deps, EVERY_SECOND)
  cleanups.push(schedule.stop)
  await expect.poll(() => database.db.tick.count({ where: { slot: clock.now() } })).toBe(1)
})

test('a schedule nudges when it starts, also if the slot is already claimed', async () => {
  const clock = stoppedClock(new Date('2026-11-26T08:00:00Z'))
  await claimTick(database.db, 'minute', clock.now())
  const service = await startService(readConfig({ DATABASE_URL: database.url }), [], {
    features: FEATURES,
    clock,
    log: silentLog,
  })
  cleanups.push(service.stop)
  const nudges: string[] = []
  const queue = { ...service.deps.queue, nudge: async (name: string) => void nudges.push(name) }
  const schedule = startSchedule({ ...service.deps, queue })
  await schedule.stop()
  expect(nudges).toEqual(nudgeNames(FEATURES))
})
