import { beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../src/core/clock.ts'
import { withRollback } from '../../../src/core/database/with-rollback.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { openIncidents } from '../../../src/core/incident.repo.ts'
import { openLog } from '../../../src/core/log.ts'
import { readSwitch } from '../../../src/core/switch.repo.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { pauseDelivery, resumeDelivery } from '../../../src/operator/delivery-switch.ts'
import { suppress, unsuppress } from '../../../src/subscribers/suppress-subscriber.ts'
import type { SuppressionReason } from '../../../src/subscribers/suppression.repo.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { enqueueGoodbyes, NOW } from '../../support/messages.ts'

const database = useDatabase()
const HOUR = 3_600_000
let clock: MovableClock
let logged: Record<string, unknown>[]
let deps: Deps
let people = 0

beforeEach(async () => {
  clock = stoppedClock(NOW)
  logged = []
  const log = openLog('info', { write: (line) => void logged.push(JSON.parse(line)) })
  deps = {
    config: readConfig({}),
    clock,
    features: FEATURES,
    log,
    db: database.db,
    databaseUrl: database.url,
  }
  await emptyTables(database.db)
  await enqueueGoodbyes(database.db, 'transactional', 1)
})

const hoursAgo = (hours: number) => new Date(clock.now().getTime() - hours * HOUR)
const later = (hours: number) => clock.moveTo(hoursAgo(-hours))

/** So many acceptances, hours ago. */
const accepted = (mails: number, hours = 1) => database.db.$executeRaw`
  insert into acceptance (message_id, local_date, at, reply)
  select id, local_date, ${hoursAgo(hours)}, '250 ok' from message, generate_series(1, ${mails}::int)`

/** So many people are suppressed, each a minute after the one before. */
async function suppressed(count: number, reason: SuppressionReason = 'complaint') {
  for (let i = 0; i < count; i++) {
    await suppress(deps, { email: `p${people++}@c.example`, reason })
    later(1 / 60)
  }
}
const delivery = () => readSwitch(database.db, 'delivery')
const complained = () => logged.filter(({ event }) => event === 'delivery.complained')

describe('complaints', () => {
  test('about five of 1,666 emails stop delivery, with the figures and an alert', async () => {
    await accepted(1666)
    await suppressed(4)
    expect(await delivery()).toBeNull()
    await suppressed(1)
    const figures = expect.stringMatching(/^5 .* 1,666 .* 0\.30 %$/)
    expect(await delivery()).toMatchObject({ value: 'paused', reason: figures })
    expect(await openIncidents(database.db)).toMatchObject([
      { name: 'complaints', what: 'complaints', detail: figures },
    ])
    expect(complained().at(-1)).toMatchObject({ level: 'error', complaints: 5, mails: 1666, paused: true })
  })

  test.each([
    ['about five of 1,667 emails, below 0.3 %', 5, 1667],
    ['about four of few emails', 4, 10],
  ])('%s cause a warning, and do not stop delivery', async (_what, complaints, mails) => {
    await accepted(mails)
    await suppressed(complaints)
    expect(await delivery()).toBeNull()
    expect(await openIncidents(database.db)).toEqual([])
    expect(complained().at(-1)).toMatchObject({ level: 'warn', complaints, mails, paused: false })
  })

  test.each([
    ['about three of 3,000 emails cause a warning', 3, 3000, 1],
    ['about three of 3,001 emails, below 0.1 %, cause no warning', 3, 3001, 0],
    ['about two of few emails cause no warning', 2, 10, 0],
  ])('%s', async (_what, complaints, mails, warnings) => {
    await accepted(mails)
    await suppressed(complaints)
    expect(complained()).toHaveLength(warnings)
  })

  test('do not count if they are of other reasons, lifted, or of the day before', async () => {
    await accepted(100)
    await suppressed(4)
    await unsuppress(deps, { email: `p${people - 1}@c.example` })
    await suppressed(5, 'operator')
    await suppressed(5, 'dead')
    await suppressed(1)
    expect(await delivery()).toBeNull()
    later(24)
    await accepted(100)
    await suppressed(4)
    expect(await delivery()).toBeNull()
    await suppressed(1)
    expect(await delivery()).toMatchObject({ value: 'paused' })
  })

  test('on a day without emails count for the day of their emails', async () => {
    await accepted(2000, 70)
    await accepted(10, 3)
    await suppressed(5)
    expect(await delivery()).toBeNull()
    expect(complained().at(-1)).toMatchObject({ complaints: 5, mails: 2000 })
  })

  test('do not stop delivery if no email was sent for days', async () => {
    await accepted(2000, 100)
    await suppressed(9)
    expect(await delivery()).toBeNull()
  })

  test('from before delivery was resumed do not stop it again, but as many new ones do', async () => {
    await accepted(1000)
    await suppressed(5)
    const pause = await delivery()
    await suppressed(3)
    expect(await delivery()).toEqual(pause)
    later(1)
    await resumeDelivery(deps)
    later(1 / 60)
    expect(await openIncidents(database.db)).toEqual([])
    await suppressed(4)
    expect(await delivery()).toBeNull()
    await suppressed(1)
    expect(await delivery()).toMatchObject({ value: 'paused' })
  })

  test('keep the reason of an existing pause, and raise an alert all the same', async () => {
    await accepted(1000)
    await pauseDelivery(deps, { reason: 'the relay moves' })
    await suppressed(5)
    expect(await delivery()).toMatchObject({ reason: 'the relay moves' })
    expect(await openIncidents(database.db)).toMatchObject([{ name: 'complaints' }])
  })

  test('out of a log, on a restored database, stop nothing', async () => {
    await accepted(1000)
    await pauseDelivery(deps, { restored: true })
    await suppressed(5)
    expect(await delivery()).toMatchObject({ value: 'restored' })
    expect(await openIncidents(database.db)).toEqual([])
    later(1)
    await resumeDelivery(deps)
    later(1 / 60)
    await suppressed(4)
    expect(await delivery()).toBeNull()
  })

  test('in a dry run change nothing', async () => {
    await accepted(1000)
    await suppressed(4)
    await withRollback(deps, (tried) => suppress(tried, { email: 'q@c.example', reason: 'complaint' }))
    expect(await delivery()).toBeNull()
    expect(await openIncidents(database.db)).toEqual([])
  })

  test('reported twice are one', async () => {
    await accepted(1000)
    for (let i = 0; i < 8; i++) await suppress(deps, { email: 'q@c.example', reason: 'complaint' })
    expect(complained()).toEqual([])
  })
})
