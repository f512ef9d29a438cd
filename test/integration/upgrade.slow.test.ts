import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { stoppedClock } from '../../src/core/clock.ts'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { pendingMigrations } from '../../src/core/database/migrations.ts'
import { holdProcessLock } from '../../src/core/database/process-lock.ts'
import { buildDeps, type Deps } from '../../src/core/deps.ts'
import { openLog, silentLog } from '../../src/core/log.ts'
import { migrateIfAlone } from '../../src/operator/operations/database.ts'
import { runDigests } from '../../src/operator/operations/digests.ts'
import { databaseOf, dropDatabase, firstRelease, firstSettings } from '../support/first-release.ts'
import { LATER, LATER_INDEX, nextRelease } from '../support/next-release.ts'
import { runProgram, startProgram } from '../support/processes.ts'
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts'
import { eventually } from '../support/until.ts'

// Whole processes are started, some at once.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

// What an operator upgrades to: this program with migrations that the first release does not have.
const next = nextRelease()
afterAll(next.remove)

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

let counter = 0
async function database(options?: { left: boolean }): Promise<string> {
  const name = `upgrade_${process.pid}_${counter++}`
  cleanups.push(() => dropDatabase(name))
  return databaseOf(name, options)
}

async function openDeps(settings: Record<string, string>, now: string): Promise<Deps> {
  const clock = stoppedClock(new Date(now))
  const { deps, close } = await buildDeps(readConfig(settings), { log: silentLog, clock })
  cleanups.push(close)
  return deps
}

interface Started {
  service: ChildProcess
  site: string
}

/** The migrations of this program that the first release does not have. */
const SINCE_FIRST = [
  '20261128191704_learned_model',
  '20261128230000_long_queries',
  '20261128233000_related_papers',
  '20261129060000_code_stars',
  '20261129101000_shown_papers',
  '20261129111000_plain_papers',
  '20261129140000_cheap_acceptance',
  '20261129143000_withdrawn_papers',
  '20261129161000_batch_messages',
  '20261129162000_ended_messages',
  '20261129163000_cheap_states',
  '20261129164000_acceptances_at_once',
  '20261129211000_schedules_in_order',
  '20261130030000_imported_consent',
  '20261130031000_smaller_indexes',
  '20261130221548_votes_per_topic',
  '20261130221638_close_papers_by_default',
  '20261130221700_digests_of_close_papers',
  '20261201012816_no_import_progress',
  '20261201012900_stored_data',
  '20261201024000_one_bucket',
]

const missingFrom = (deps: Deps) => pendingMigrations(deps.db, next.migrations)

/** npm start of the next release in a folder that holds the `.env` of then, as an operator does after an upgrade. */
async function startNext(settings: Record<string, string>): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'upgrade-'))
  const env = Object.entries(firstSettings).map(([name, value]) => `${name}=${value}`)
  writeFileSync(join(folder, '.env'), env.join('\n'))
  const port = String(await freePort())
  const service = startProgram(
    [join(next.folder, 'src/main.ts')],
    { ...settings, PORT: port, HF_URL: 'http://127.0.0.1:1' },
    folder,
  )
  const stderr: string[] = []
  service.stderr!.on('data', (data) => stderr.push(String(data)))
  const ended = once(service, 'exit')
  cleanups.push(async () => {
    service.kill('SIGTERM')
    await ended
  })
  const site = `http://127.0.0.1:${port}`
  const isReady = async () => (await fetch(`${site}/ready`)).ok
  await eventually(() => service.exitCode !== null || isReady(), { seconds: 60 })
  if (service.exitCode !== null) throw new Error(stderr.join(''))
  return { service, site }
}

async function sinkFor(): Promise<{ sink: SmtpSink; SMTP_URL: string }> {
  const sink = await startSmtpSink()
  cleanups.push(() => sink.close())
  return { sink, SMTP_URL: `smtp://127.0.0.1:${sink.port}` }
}

const mail = (name: string) => `${name}@reader.example`
const tokenOf = (name: string, purpose: string): string => firstRelease.links[mail(name)]![purpose]!
const post = (url: string, fields: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })

describe('a database that the first release left with messages in flight', () => {
  test('is migrated by npm start; open messages are sent once, every old link works', async () => {
    const url = await database()
    const { sink, SMTP_URL } = await sinkFor()
    const settings = { DATABASE_URL: url, SMTP_URL }
    const deps = await openDeps({ ...firstSettings, ...settings }, '2026-11-25T08:00:00Z')
    expect(await missingFrom(deps)).toEqual([...SINCE_FIRST, LATER, LATER_INDEX])
    const { site } = await startNext({ ...settings, CLOCK_NOW: '2026-11-24T09:30:00Z' })
    expect(await missingFrom(deps)).toEqual([])

    const open = firstRelease.messages.filter(({ state }) =>
      ['ready', 'deferred', 'uncertain'].includes(state),
    )
    expect(open).toHaveLength(4)
    await eventually(() => sink.accepted.length === open.length, { seconds: 60 })
    expect(sink.mails.map(({ to, messageId }) => `${to} ${messageId}`).toSorted()).toEqual(
      open.map(({ to, kind, id }) => `${to} ${kind}.${id}@papers.example`).toSorted(),
    )
    // The one whose body had arrived before is known by its Message-ID.
    const before = firstRelease.arrived
      .filter(({ to }) => to === mail('uncertain'))
      .map((one) => one.messageId)
    expect(before).toContain(sink.mails.find(({ to }) => to === mail('uncertain'))!.messageId)

    const stateOf = async (name: string) =>
      (await deps.db.subscriber.findUniqueOrThrow({ where: { addressKey: mail(name) } })).state
    expect(await (await fetch(`${site}/manage/${tokenOf('accepted', 'manage')}`)).text()).toContain('robots')
    expect((await post(`${site}/unsubscribe/${tokenOf('best', 'unsubscribe')}`)).status).toBe(200)
    expect((await fetch(`${site}/confirm/${tokenOf('pending', 'confirm')}`)).status).toBe(200)
    expect((await post(`${site}/confirm/${tokenOf('pending', 'confirm')}`)).status).toBe(303)
    expect((await post(`${site}/resubscribe/${tokenOf('unsubscribed', 'resubscribe')}`)).status).toBe(303)
    for (const name of ['complained', 'gone']) await post(`${site}/subscribe`, { email: mail(name) })
    const states = await Promise.all(
      ['best', 'pending', 'unsubscribed', 'paused', 'complained', 'dead'].map(stateOf),
    )
    expect(states).toEqual(['unsubscribed', 'active', 'active', 'paused', 'suppressed', 'suppressed'])
    const asked = ['complained', 'gone'].map(mail)
    const answers = await deps.db.message.findMany({ where: { toAddress: { in: asked } } })
    expect(answers.filter(({ deadline, datedAt }) => deadline > datedAt)).toEqual([])

    await runDigests(deps, {})
    const nextDay = sink.recipients.slice(open.length)
    expect(nextDay).toEqual(expect.arrayContaining([mail('unsubscribed')]))
    for (const name of ['best', 'paused', 'complained', 'dead', 'gone'])
      expect(nextDay).not.toContain(mail(name))
    const ids = sink.mails.map(({ messageId }) => messageId)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('npm start while migrations are pending', () => {
  const start = (url: string) =>
    runProgram([join(next.folder, 'src/main.ts'), '--roles', 'worker'], {
      DATABASE_URL: url,
      HF_URL: 'http://127.0.0.1:1',
    })

  test('beside another process says the command and exits 1; alone it migrates', async () => {
    const url = await database()
    const other = await holdProcessLock(url, silentLog)
    const { code, stderr } = await start(url)
    await other.stop()
    expect(code).toBe(1)
    expect(stderr).toContain(
      'and 1 other process(es) use it. Stop them and start again, or migrate while they run:',
    )
    expect(stderr).toContain('npm run -s cli -- db migrate')
    const deps = await openDeps({ DATABASE_URL: url }, '2026-11-24T10:00:00Z')
    expect(await missingFrom(deps)).toEqual([...SINCE_FIRST, LATER, LATER_INDEX])
    const { SMTP_URL } = await sinkFor()
    await startNext({ DATABASE_URL: url, SMTP_URL, CLOCK_NOW: '2026-11-24T09:30:00Z' })
    expect(await missingFrom(deps)).toEqual([])
  })

  test('beside a process of this release: database.others-running; up to date it starts', async () => {
    const url = await database({ left: false })
    const deps = await openDeps({ DATABASE_URL: url }, '2026-11-24T10:00:00Z')
    const running = await holdProcessLock(url, silentLog)
    await expect(migrateIfAlone(deps)).rejects.toMatchObject({
      code: 'database.others-running',
      values: { others: 1 },
    })
    await running.stop()
    await migrateIfAlone(deps)
    const again = await holdProcessLock(url, silentLog)
    await migrateIfAlone(deps)
    await again.stop()
  })

  test.each([
    ['an empty database', false],
    ['one of the first release', true],
  ])(
    'three processes that start at once on %s all run',
    async (_what, left) => {
      const url = await database({ left })
      const { SMTP_URL } = await sinkFor()
      const settings = { DATABASE_URL: url, SMTP_URL, CLOCK_NOW: '2026-11-24T09:30:00Z' }
      const started = await Promise.all([1, 2, 3].map(() => startNext(settings)))
      expect(started.map(({ service }) => service.exitCode)).toEqual([null, null, null])
    },
    90_000,
  )
})

const { SUPPRESSION_KEY = '' } = firstSettings

test('on a schema of a later release it starts, and says so', async () => {
  const url = await database()
  const lines: string[] = []
  const deps = await openDeps({ DATABASE_URL: url, SUPPRESSION_KEY }, '2026-11-24T10:00:00Z')
  await migrateIfAlone(deps)
  await deps.db.$executeRaw`insert into _prisma_migrations (id, checksum, migration_name, finished_at)
    values ('later', '', '20991231000000_later', now())`
  await migrateIfAlone({ ...deps, log: openLog('warn', { write: (line) => lines.push(line) }) })
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'database.newer', migration: '20991231000000_later' },
  ])
})
