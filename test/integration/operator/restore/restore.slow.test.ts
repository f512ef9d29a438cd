import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { subscribe } from '../../../../src/account/signup/subscribe.ts'
import { readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import type { OpenDatabase } from '../../../../src/core/database/database.ts'
import { midnight } from '../../../../src/core/dates.ts'
import { addQueue, buildDeps, type Deps } from '../../../../src/core/deps.ts'
import { openLog, silentLog } from '../../../../src/core/log.ts'
import { pauseIfRestored, recordIdentity } from '../../../../src/core/restored-database.ts'
import { dayTotals, isReconciled } from '../../../../src/digests/reconciliation.repo.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { deliverySummary, pauseDelivery, resumeDelivery } from '../../../../src/operator/delivery-switch.ts'
import { migrateDatabase } from '../../../../src/operator/operations/database.ts'
import { runDigests } from '../../../../src/operator/operations/digests.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { startService } from '../../../../src/service/service.ts'
import { readSignup } from '../../../../src/subscribers/read-signup.ts'
import { runCommand } from '../../../support/commands.ts'
import {
  type DebianPostgres,
  noDebianPostgres,
  startDebianPostgres,
} from '../../../support/debian-postgres.ts'
import { type SmtpSink, startSmtpSink } from '../../../support/smtp-sink.ts'
import { eventually } from '../../../support/until.ts'

// A dump, a restore and several runs each.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const missing = noDebianPostgres()
const READERS = 12
const FOREIGN = 'tokyo@reader.example'

let server: DebianPostgres
let sink: SmtpSink
let counter = 0
const cleanups: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  if (!missing) server = await startDebianPostgres()
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
afterAll(() => server?.stop())

const at = (deps: Deps, now: string): Deps => ({ ...deps, clock: stoppedClock(new Date(now)) })

async function open(url: string): Promise<Deps> {
  const SMTP_URL = `smtp://127.0.0.1:${sink.port}?connections=1`
  // A batch that was leased when the dump was made is leased in the copy too, until its lease expires.
  const config = readConfig({ DATABASE_URL: url, SMTP_URL, LEASE_SECONDS: '3', LEASE_RENEW_SECONDS: '1' })
  const { deps, close } = await buildDeps(config, { log: silentLog })
  cleanups.push(close)
  return deps
}

async function addPapers({ db }: Deps, day: string): Promise<void> {
  const records = [1, 2, 3].map((n) => ({
    keys: [],
    title: `Robots ${n} of ${day}`,
    abstract: 'All about robots.',
    authors: ['A. Author'],
    categories: [],
    keywords: [],
    votes: n,
  }))
  await recordListings(db, { source: 'huggingface', day, records, now: midnight(day) })
}

async function openedDatabase(): Promise<Deps> {
  sink = await startSmtpSink({ delayMs: 20 })
  cleanups.push(() => sink.close())
  const deps = await open(await server.create(`papers_${counter++}`))
  await migrateDatabase(deps)
  const before = at(deps, '2026-11-23T12:00:00Z')
  const readers = Array.from({ length: READERS }, (_, i) => `reader${i}@reader.example`)
  for (const email of readers)
    await addSubscriber(before, { email, topics: ['robots'], hour: '8', consent: 'x' })
  // 10:00 UTC
  await addSubscriber(before, { email: FOREIGN, topics: [], hour: '19', zone: 'Asia/Tokyo', consent: 'x' })
  await addPapers(deps, '2026-11-23')
  return deps
}

/** A real dump, made while a run sends its third email, restored next to the original. */
async function restoredCopy(deps: Deps): Promise<Deps> {
  const file = join(mkdtempSync(join(tmpdir(), 'daily-papers-dump-')), 'papers.dump')
  const dumped = Promise.withResolvers<unknown>()
  sink.at.rcpt = (_recipient, mailsBefore) => {
    if (mailsBefore === 3) dumped.resolve(server.tool('pg_dump', '-Fc', '-f', file, deps.databaseUrl))
    return undefined
  }
  await runDigests(at(deps, '2026-11-24T08:00:00Z'), {})
  await dumped.promise
  await runDigests(at(deps, '2026-11-24T10:00:00Z'), {})
  const url = await server.create(`papers_${counter++}`)
  await server.tool('pg_restore', '--no-owner', '-d', url, file)
  return open(url)
}

const messageIds = () => sink.mails.map(({ messageId }) => messageId)
const twice = (ids: string[]) => ids.filter((id, i) => ids.indexOf(id) < i)

async function drill(whatIsWrong?: 'no detection') {
  const deps = await openedDatabase()
  const copy = await restoredCopy(deps)
  const sentBefore = sink.mails.length
  const open = await copy.db.message.count({ where: { state: { in: ['ready', 'taken', 'deferred'] } } })
  // Does what a release without the check would do: accepts the copy as the known database.
  if (whatIsWrong) await recordIdentity(copy.db, new Date('2026-11-24T00:00:00Z'))
  const first = await runDigests(at(copy, '2026-11-24T11:00:00Z'), {})
  const sentOnCopy = sink.mails.length - sentBefore
  return { copy, first, sentBefore, sentOnCopy, open }
}

const skips = (context: { skip(note?: string): void }) => missing && context.skip(missing)

describe('a database restored from a dump that was made in the middle of a run', () => {
  test('sends nothing until delivery is resumed, then continues with the next day', async (context) => {
    skips(context)
    const { copy, first, sentBefore, sentOnCopy, open } = await drill()
    expect(sentBefore).toBe(READERS + 1)
    expect(open).toBeGreaterThan(0)
    expect({ sentOnCopy, stopped: first.stopped, due: first.planned.due }).toEqual({
      sentOnCopy: 0,
      stopped: 'restored',
      due: 0,
    })
    expect(await deliverySummary(copy)).toMatchObject({ delivery: 'paused', reason: 'restored' })

    const resumed = await resumeDelivery(at(copy, '2026-11-24T12:00:00Z'))
    const { afterRestore } = resumed
    expect(resumed.wasPaused).toBe(true)
    expect(afterRestore!.skipped + afterRestore!.uncertain).toBe(open)
    expect(afterRestore!.missed).toBe(1) // the one whose hour came after the dump
    await runDigests(at(copy, '2026-11-24T12:30:00Z'), {})
    expect(sink.mails).toHaveLength(sentBefore)
    const book = await dayTotals(copy.db, '2026-11-24')
    expect(book).toMatchObject({ due: READERS + 1, open: 0, missed: 1, closed: true })
    expect(isReconciled(book)).toBe(true)

    await addPapers(copy, '2026-11-24')
    await runDigests(at(copy, '2026-11-25T08:00:00Z'), {})
    await runDigests(at(copy, '2026-11-25T10:00:00Z'), {})
    expect(sink.mails).toHaveLength(2 * (READERS + 1))
    expect(twice(messageIds())).toEqual([])
    expect(await dayTotals(copy.db, '2026-11-25')).toMatchObject({ accepted: READERS + 1, closed: true })
  })

  test('without the check, Message-IDs are sent twice: this drill would fail', async (context) => {
    skips(context)
    const { open, sentOnCopy } = await drill('no detection')
    expect(twice(messageIds())).not.toEqual([])
    expect(sentOnCopy).toBe(open + 1)
  })

  test('a service started on it sends nothing, and takes sign-ups that are sent afterwards', async (context) => {
    skips(context)
    const deps = await openedDatabase()
    const copy = await restoredCopy(deps)
    const sent = sink.mails.length
    const lines: string[] = []
    const clock = stoppedClock(new Date('2026-11-24T11:00:00Z'))
    const log = openLog('warn', { write: (line) => lines.push(line) })
    const service = await startService(copy.config, ['schedule', 'worker'], {
      features: FEATURES,
      clock,
      log,
    })
    try {
      expect(lines.map((line) => JSON.parse(line).event)).toEqual(['database.restored'])
      const { deps: queued, close } = await addQueue(await buildDeps(copy.config, { log: silentLog }))
      clock.moveTo(new Date('2026-11-24T11:05:00Z'))
      const asked = readSignup(copy.config, { email: 'new@reader.example', topics: ['robots'] })
      await subscribe({ ...queued, clock }, { ...asked, how: 'page', ip: '203.0.113.9' })
      await close()
      await drained(copy)
      expect(sink.mails).toHaveLength(sent)
      clock.moveTo(new Date('2026-11-24T11:10:00Z'))
      await resumeDelivery({ ...copy, clock })
      await service.deps.queue.nudge('drain-transactional')
      await eventually(async () => sink.recipients.includes('new@reader.example'))
    } finally {
      await service.stop()
    }
    expect(sink.mails).toHaveLength(sent + 1)
  })

  test('the commands say what the state is and what will happen', async (context) => {
    skips(context)
    const { copy } = await drill()
    const status = await runCommand(copy, ['delivery', 'status'])
    expect(status.text).toContain('restored from a backup')
    const later = at(copy, '2026-11-24T12:00:00Z')
    const tried = await runCommand(later, ['delivery', 'resume', '--dry-run'])
    expect(tried.text).toContain('Digests whose hour has passed: 1 recorded as missed,')
    expect(await deliverySummary(copy)).toMatchObject({ delivery: 'paused' })
    for (const reason of ['lunch', 'restored']) {
      const paused = await runCommand(later, ['delivery', 'pause', '--reason', reason])
      expect(paused.text).toContain(
        'No change: this database was restored. Nothing is sent until delivery resume.',
      )
      expect(paused.json).toMatchObject({ reason: 'restored', restored: true, changed: false })
    }
    expect(await copy.db.action.count()).toBe(0)
    expect(await deliverySummary(copy)).toMatchObject({ restored: true })
    const moved = await runCommand(later, ['delivery', 'resume', '--moved'])
    expect(moved.json).toMatchObject({ wasPaused: true, afterRestore: null })
    const { delivered } = await runDigests(later, {})
    expect(delivered.accepted).toBeGreaterThan(0)
  })
})

test('a copy of the server’s files is not detected as another database: the operator says so', async (context) => {
  skips(context)
  const deps = await openedDatabase()
  await runDigests(at(deps, '2026-11-23T13:00:00Z'), {})
  await pauseDelivery(at(deps, '2026-11-24T07:00:00Z'), { reason: '', restored: true })
  const first = await runDigests(at(deps, '2026-11-24T08:00:00Z'), {})
  expect(first).toMatchObject({ stopped: 'restored', planned: { due: 0 } })
  const { afterRestore } = await resumeDelivery(at(deps, '2026-11-24T08:30:00Z'))
  expect(afterRestore).toMatchObject({ missed: READERS })
  await runDigests(at(deps, '2026-11-24T09:00:00Z'), {})
  expect(sink.mails).toEqual([])
})

test('no typed reason has the effect of a restore, not even the word restored', async (context) => {
  skips(context)
  const deps = await openedDatabase()
  await plannedOnly(deps)
  const open = await deps.db.message.count({ where: { state: 'ready' } })
  const pause = ['delivery', 'pause', '--reason', 'restored']
  const { json } = await runCommand(deps, pause)
  expect(json).toMatchObject({ restored: false, changed: true })
  const { stopped } = await runDigests(at(deps, '2026-11-24T08:00:00Z'), {})
  expect(stopped).toBe('paused')
  expect(await resumeDelivery(at(deps, '2026-11-24T08:30:00Z'))).toEqual({
    wasPaused: true,
    afterRestore: null,
  })
  expect(await deps.db.message.count({ where: { state: 'skipped' } })).toBe(0)
  expect(open).toBe(READERS)
})

test('a check that overlaps with delivery resume does not hold what was just resumed', async (context) => {
  skips(context)
  const deps = await openedDatabase()
  const copy = await restoredCopy(deps)
  const late = at(copy, '2026-11-24T12:00:00Z')
  await pauseIfRestored(late)
  // The other process reads the old identity; then delivery is resumed completely before it reads the switch.
  const overlapping = whenFirstRead(copy, () => resumeDelivery(late))
  expect(await pauseIfRestored({ ...late, db: overlapping })).toBe(false)
  expect(await deliverySummary(copy)).toMatchObject({ delivery: 'on', restored: false })
})

test('two resumes at once: one of them ends the open messages', async (context) => {
  skips(context)
  const deps = await openedDatabase()
  const copy = at(await restoredCopy(deps), '2026-11-24T12:00:00Z')
  await pauseIfRestored(copy)
  const both = await Promise.all([resumeDelivery(copy), resumeDelivery(copy)])
  expect(both.map(({ wasPaused }) => wasPaused).toSorted()).toEqual([false, true])
  expect(both.filter(({ afterRestore }) => afterRestore !== null)).toHaveLength(1)
})

test('a database that stays in place is never held', async (context) => {
  skips(context)
  const deps = await openedDatabase()
  await runDigests(at(deps, '2026-11-24T08:00:00Z'), {})
  await migrateDatabase(deps)
  expect(await runDigests(at(deps, '2026-11-24T11:00:00Z'), {})).toMatchObject({ stopped: null })
})

/** Digests of 8:00 are ready, and nothing was sent. */
async function plannedOnly(deps: Deps): Promise<void> {
  const off = { ...deps.config, SENDING: 'off' as const }
  await runDigests(at({ ...deps, config: off }, '2026-11-24T08:00:00Z'), {})
}

/** The same database, on which `meanwhile` runs to its end before the delivery switch is first read. */
function whenFirstRead({ db }: Deps, meanwhile: () => Promise<unknown>): Deps['db'] {
  let done: Promise<unknown> | undefined
  return (db as OpenDatabase['db']).$extends({
    query: {
      switch: {
        findUnique: async ({ args, query }) => {
          if (args.where.name === 'delivery') {
            done ??= meanwhile()
            await done
          }
          return query(args)
        },
      },
    },
  }) as unknown as Deps['db']
}

/** The worker has checked both lanes and the due subscribers. */
async function drained({ db }: Deps): Promise<void> {
  const names = ['plan', 'drain-transactional', 'drain-bulk']
  await eventually(async () => {
    const done = await db.$queryRaw<{ name: string }[]>`
      select distinct name from pgboss.job where state = 'completed' and name = any(${names})`
    return done.length === names.length
  })
}
