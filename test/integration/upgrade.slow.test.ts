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
import { nextRelease, SINCE_FIRST } from '../support/next-release.ts'
import { runProgram, startProgram } from '../support/processes.ts'
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts'
import { eventually } from '../support/until.ts'
import {
  createDatabase,
  createRecordedDatabase,
  dropDatabase,
  recordedSettings,
  recordedState,
} from '../support/upgrade-fixture.ts'

// Whole processes are started, some at once.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

// What an operator upgrades to: this program with further migrations.
const next = nextRelease()
afterAll(next.remove)

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

let counter = 0
async function useNewDatabase(create: (name: string) => Promise<string>): Promise<string> {
  const name = `upgrade_${process.pid}_${counter++}`
  cleanups.push(() => dropDatabase(name))
  return create(name)
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

const missingFrom = (deps: Deps) => pendingMigrations(deps.db, next.migrations)

/** npm start of the next release in a folder with the recorded `.env`, as an operator does after an upgrade. */
async function startNext(settings: Record<string, string>): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'upgrade-'))
  const env = Object.entries(recordedSettings).map(([name, value]) => `${name}=${value}`)
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
const isReader = (to: string) => to.endsWith('@reader.example')
const tokenOf = (name: string, purpose: string): string => recordedState.links[mail(name)]![purpose]!
const post = (url: string, fields: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })

describe('npm start of a later release on a database of 1.0 with messages in flight', () => {
  test('migrates it, sends each open message once, accepts every old link, and keeps votes and bounces', async () => {
    const url = await useNewDatabase(createRecordedDatabase)
    const { sink, SMTP_URL } = await sinkFor()
    const settings = { DATABASE_URL: url, SMTP_URL }
    const deps = await openDeps({ ...recordedSettings, ...settings }, '2026-11-25T08:00:00Z')
    expect(await missingFrom(deps)).toEqual(SINCE_FIRST)
    const { site } = await startNext({ ...settings, CLOCK_NOW: '2026-11-24T09:30:00Z' })
    expect(await missingFrom(deps)).toEqual([])

    const open = recordedState.messages.filter(({ state }) =>
      ['ready', 'deferred', 'uncertain'].includes(state),
    )
    expect(open).toHaveLength(4)
    // On a slow machine the operator is alerted meanwhile.
    const toReaders = () => sink.mails.filter(({ to }) => isReader(to))
    await eventually(() => toReaders().length >= open.length, { seconds: 60 })
    expect(
      toReaders()
        .map(({ to, messageId }) => `${to} ${messageId}`)
        .toSorted(),
    ).toEqual(open.map(({ to, kind, id }) => `${to} ${kind}.${id}@papers.example`).toSorted())
    // The one whose body had arrived before is known by its Message-ID.
    const before = recordedState.arrived
      .filter(({ to }) => to === mail('uncertain'))
      .map((one) => one.messageId)
    expect(before).toContain(sink.mails.find(({ to }) => to === mail('uncertain'))!.messageId)

    expect(await deps.db.vote.findMany({ select: { kind: true } })).toEqual([{ kind: 'more' }])
    expect(await deps.db.bounce.findMany({ select: { class: true, foundBy: true } })).toEqual([
      { class: 'full', foundBy: 'token' },
    ])
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
    const nextDay = sink.recipients.filter(isReader).slice(open.length)
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

  test('beside another process exits 1 and names the command; without one it migrates', async () => {
    const url = await useNewDatabase(createRecordedDatabase)
    const other = await holdProcessLock(url, silentLog)
    const { code, stderr } = await start(url)
    await other.stop()
    expect(code).toBe(1)
    expect(stderr).toContain(
      'and 1 other process(es) use it. Stop them and start again, or migrate while they run:',
    )
    expect(stderr).toContain('npm run -s cli -- db migrate')
    const deps = await openDeps({ DATABASE_URL: url }, '2026-11-24T10:00:00Z')
    expect(await missingFrom(deps)).toEqual(SINCE_FIRST)
    const { SMTP_URL } = await sinkFor()
    await startNext({ DATABASE_URL: url, SMTP_URL, CLOCK_NOW: '2026-11-24T09:30:00Z' })
    expect(await missingFrom(deps)).toEqual([])
  })

  test('beside a process of this release fails with database.others-running, and starts once the schema is up to date', async () => {
    const url = await useNewDatabase(createDatabase)
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
    ['an empty database', createDatabase],
    ['a database of 1.0', createRecordedDatabase],
  ])(
    'in three processes at once, on %s, starts all three',
    async (_what, create) => {
      const url = await useNewDatabase(create)
      const { SMTP_URL } = await sinkFor()
      const settings = { DATABASE_URL: url, SMTP_URL, CLOCK_NOW: '2026-11-24T09:30:00Z' }
      const started = await Promise.all([1, 2, 3].map(() => startNext(settings)))
      expect(started.map(({ service }) => service.exitCode)).toEqual([null, null, null])
    },
    90_000,
  )
})

const { SUPPRESSION_KEY = '' } = recordedSettings

test('migrateIfAlone accepts the schema of a later release, and logs database.newer', async () => {
  const url = await useNewDatabase(createRecordedDatabase)
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
