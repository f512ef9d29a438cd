import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../../src/core/clock.ts'
import { databaseIdentity } from '../../../../src/core/database/database-identity.repo.ts'
import { buildDeps, type Deps } from '../../../../src/core/deps.ts'
import { openLog } from '../../../../src/core/log.ts'
import { pauseIfRestored } from '../../../../src/core/restored-database.ts'
import { deliverReady } from '../../../../src/emails/deliver.ts'
import { enqueue } from '../../../../src/mail/outbox/message.repo.ts'
import { drain } from '../../../../src/mail/sending/drain.ts'
import { resumeDelivery } from '../../../../src/operator/delivery-switch.ts'
import { findProblems } from '../../../../src/operator/health/conditions.ts'
import { readHealthFacts } from '../../../../src/operator/health/facts.ts'
import { migrateDatabase } from '../../../../src/operator/operations/database.ts'
import { plainMail } from '../../../battery/bench/plain-mail.ts'
import { runCommand } from '../../../support/commands.ts'
import {
  type DebianPostgres,
  noDebianPostgres,
  type Standby,
  startDebianPostgres,
} from '../../../support/debian-postgres.ts'
import { addSubscribers, goodbye } from '../../../support/messages.ts'
import { type SmtpSink, startSmtpSink } from '../../../support/smtp-sink.ts'

// Two servers each.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const missing = noDebianPostgres()
const REPLICATED = 4
const UNREPLICATED = 3
const WAITING = 5
const ALL = REPLICATED + UNREPLICATED + WAITING
/** Emails sent before the promotion. */
const BEFORE = { sent: REPLICATED + UNREPLICATED, doubles: 0 }

let server: DebianPostgres
let standby: Standby
let sink: SmtpSink
let lines: string[]
let clock: MovableClock
const cleanups: (() => Promise<unknown>)[] = []

const hour = (n: number) => new Date(Date.parse('2026-11-24T08:00:00Z') + n * 3600_000)

async function open(url: string, settings: Record<string, string> = {}): Promise<Deps> {
  const SMTP_URL = `smtp://127.0.0.1:${sink.port}?connections=2`
  const log = openLog('warn', { write: (line) => lines.push(line) })
  const { deps, close } = await buildDeps(readConfig({ DATABASE_URL: url, SMTP_URL, ...settings }), {
    log,
    clock,
  })
  cleanups.push(close)
  return deps
}

const deliver = (deps: Deps) => deliverReady({ ...deps, compose: plainMail }, { lane: 'bulk' })
const ids = () => sink.mails.map(({ messageId }) => messageId)
const sent = () => ({ sent: new Set(ids()).size, doubles: ids().length - new Set(ids()).size })
const events = () => lines.map((line) => JSON.parse(line)).filter(({ event }) => event !== 'database.error')

/** Adds `count` messages that are due at that hour, to subscribers from number `first` on. */
const add = ({ db }: Deps, first: number, count: number, notBefore: Date) =>
  enqueue(
    db,
    'bulk',
    Array.from({ length: count }, (_, i) =>
      goodbye(first + i, { datedAt: hour(0), notBefore, deadline: hour(20) }),
    ),
  )

/** Some emails were sent and are known on the standby, some are not, some wait; then the primary crashes. At hour 2. */
async function promoted(): Promise<string> {
  const primary = await open(await server.create('papers'))
  await migrateDatabase(primary)
  await addSubscribers(primary.db, ALL + 1)
  await add(primary, 1, REPLICATED, hour(0))
  await add(primary, 1 + REPLICATED, UNREPLICATED, hour(1))
  await add(primary, 1 + REPLICATED + UNREPLICATED, WAITING, hour(2))
  standby = await server.standby()
  await deliver(primary)
  await caughtUp(primary)
  await standby.cutOff()
  clock.moveTo(hour(1))
  await deliver(primary)
  expect(sent()).toEqual(BEFORE)
  await server.crash()
  await standby.promote()
  clock.moveTo(hour(2))
  return standby.url('papers')
}

async function caughtUp({ db }: Deps): Promise<void> {
  await vi.waitFor(async () => {
    const [row] = await db.$queryRaw<{ behind: number }[]>`
      select (pg_current_wal_lsn() - replay_lsn)::float8 as behind from pg_stat_replication`
    expect(row?.behind).toBeLessThanOrEqual(0)
  }, 20_000)
}

beforeEach(async () => {
  if (missing) return
  lines = []
  clock = stoppedClock(hour(0))
  server = await startDebianPostgres()
  cleanups.push(() => server.stop())
  sink = await startSmtpSink()
  cleanups.push(() => sink.close())
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test('a promoted standby sends nothing until the operator resumes, and then no one gets an email twice', async (context) => {
  if (missing) return context.skip(missing)
  const deps = await open(await promoted())
  await deliver(deps)
  expect(sent()).toEqual(BEFORE)
  expect(events()).toMatchObject([{ event: 'database.promoted', delivery: 'paused' }])
  const [problem] = findProblems(await readHealthFacts(deps))
  expect(problem).toMatchObject({
    condition: { name: 'delivery-held' },
    finding: { values: { what: 'promoted' } },
  })
  const status = await runCommand(deps, ['delivery', 'status'])
  expect(status.text).toContain('A standby of the database was promoted.')

  const { afterRestore } = await resumeDelivery(deps)
  expect(afterRestore!.skipped + afterRestore!.uncertain).toBe(WAITING + UNREPLICATED)
  expect(await pauseIfRestored(deps)).toBe(false)
  await add(deps, ALL + 1, 1, hour(2))
  await deliver(deps)
  expect(sent()).toEqual({ sent: BEFORE.sent + 1, doubles: 0 })
})

test('with delivery resume --moved everything that waits is sent: what the standby had not received is sent twice', async (context) => {
  if (missing) return context.skip(missing)
  const deps = await open(await promoted())
  await deliver(deps)
  await resumeDelivery(deps, { moved: true })
  await deliver(deps)
  expect(sent()).toEqual({ sent: ALL, doubles: UNREPLICATED })
})

test('with AFTER_PROMOTION=continue it says so once, and sends', async (context) => {
  if (missing) return context.skip(missing)
  const deps = await open(await promoted(), { AFTER_PROMOTION: 'continue' })
  await deliver(deps)
  await deliver(deps)
  expect(sent()).toEqual({ sent: ALL, doubles: UNREPLICATED })
  expect(events()).toMatchObject([{ event: 'database.promoted', delivery: 'on' }])
})

test('a run that began on the primary takes nothing on the promoted standby before that is decided', async (context) => {
  if (missing) return context.skip(missing)
  const deps = await open(await promoted(), { AFTER_PROMOTION: 'continue' })
  const begun = { lane: 'bulk', owner: 'begun-before', compose: plainMail } as const
  await drain(deps, begun)
  expect(sent()).toEqual(BEFORE)
})

test('a role that may not read the timeline, or an identity recorded without one, changes nothing', async (context) => {
  if (missing) return context.skip(missing)
  const url = await promoted()
  const deps = await open(url)
  await deps.db.$executeRaw`delete from switch where name = 'database-timeline'`
  expect(await pauseIfRestored(deps)).toBe(false)
  await deps.db.$executeRaw`update switch set value = '1' where name = 'database-timeline'`
  await deps.db.$executeRaw`revoke execute on function pg_current_wal_lsn() from public`
  await deps.db.$executeRaw`create role plain login`
  await deps.db.$executeRaw`grant all on all tables in schema public to plain`
  await deps.db.$executeRaw`grant all on all sequences in schema public to plain`
  const plain = await open(url.replace('postgres@', 'plain@'))
  expect(await databaseIdentity(plain.db)).toMatch(/^\d+\/\d+\/\d+$/)
  expect(await pauseIfRestored(plain)).toBe(false)
  await deliver(plain)
  expect(sent()).toMatchObject({ sent: ALL })
  expect(events()).toEqual([])
})
