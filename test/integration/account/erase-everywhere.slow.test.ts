import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { clockFrom, stoppedClock } from '../../../src/core/clock.ts'
import { midnight } from '../../../src/core/dates.ts'
import { openLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { runDigests } from '../../../src/operator/operations/digests.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { startService } from '../../../src/service/service.ts'
import { addressHash } from '../../../src/subscribers/address.ts'
import { subscriberByKey } from '../../../src/subscribers/subscriber.repo.ts'
import { runCli } from '../../support/commands.ts'
import { type DebianPostgres, noDebianPostgres, startDebianPostgres } from '../../support/debian-postgres.ts'
import { startSmtpSink } from '../../support/smtp-sink.ts'
import { eventually } from '../../support/until.ts'

const missing = noDebianPostgres()
const EMAIL = 'Zebedee.Quill@post.example'
const TRACES = /zebedee|quill|post\.example/gi

let server: DebianPostgres
beforeAll(async () => {
  if (missing) return
  server = await startDebianPostgres()
  // While a worker of Postgres's own reads, VACUUM FULL keeps the rows that were deleted under it.
  const postgres = await server.create('settings')
  await server.tool('psql', postgres, '-qc', 'alter system set autovacuum = off')
  await server.tool('psql', postgres, '-qc', 'select pg_reload_conf()')
})
afterAll(() => server?.stop())

const tracesIn = (text: string): number => text.match(TRACES)?.length ?? 0

const tracesInFiles = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + tracesIn(readFileSync(join(parentPath, name), 'latin1')), 0)

test('an erased address is in no dump, log or vacuumed table file, except for the keyed hash of a complaint', async (context) => {
  if (missing) context.skip(missing)
  const logged: string[] = []
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'daily-papers-erase-'))
  const sink = await startSmtpSink()
  const url = await server.create('papers')
  const settings = {
    DATABASE_URL: url,
    SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    DATA_DIR,
    PORT: '0',
    HF_URL: 'http://127.0.0.1:1',
    LOG_LEVEL: 'trace',
  }
  const cli = async (...args: string[]) => {
    const { stdout, stderr, code } = await runCli(args, {
      ...settings,
      CLOCK_NOW: '2026-11-24T12:00:00Z',
    })
    logged.push(stderr)
    expect({ args: args[1], stdout, stderr, code }).toMatchObject({ code: 0 })
  }
  const clock = clockFrom(new Date('2026-11-23T09:00:00Z'))
  const log = openLog('trace', { write: (line) => logged.push(line) })
  const service = await startService(readConfig(settings), ['web', 'schedule', 'worker'], {
    features: FEATURES,
    clock,
    log,
  })
  const { deps, address: site } = service
  await recordListings(deps.db, {
    source: 'huggingface',
    day: '2026-11-23',
    records: [
      {
        keys: [],
        title: 'Robots',
        abstract: 'Robots.',
        authors: ['A'],
        categories: [],
        keywords: [],
        votes: 1,
      },
    ],
    now: midnight('2026-11-23'),
  })
  const post = (path: string, fields: Record<string, string>) =>
    fetch(`${site}${path}`, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
  await post('/subscribe', { email: EMAIL, topic: 'robots' })
  const asked = await eventually(() => sink.mails.find(({ to }) => to === EMAIL))
  const token = asked.text.replace(/=\r?\n/g, '').match(/\/confirm\/([\w-]{30,})/)![1]!
  expect((await post(`/confirm/${token}`, {})).status).toBe(303)
  sink.at.dot = `250 2.0.0 kept for <${EMAIL}> Zebedee.Quill`
  await runDigests({ ...deps, clock: stoppedClock(new Date('2026-11-24T08:00:00Z')) }, {})
  sink.at.rcpt = `451 4.2.1 <${EMAIL}> has no room`
  await post('/manage', { email: EMAIL })
  await eventually(() => sink.recipients.filter((to) => to === EMAIL).length > 2)
  await fetch(`${site}/papers?q=${encodeURIComponent(EMAIL)}`)
  const { id } = (await subscriberByKey(deps.db, EMAIL.toLowerCase()))!
  await cli('subscribers', 'pause', EMAIL)
  await cli('subscribers', 'suppress', EMAIL, '--reason', 'complaint')

  const psql = (sql: string) => server.tool('psql', url, '-qc', sql)
  const hits = async () => {
    await psql('checkpoint')
    return {
      dump: tracesIn(await server.tool('pg_dump', url)),
      tables: tracesInFiles(join(server.data, 'base')),
      wal: tracesInFiles(join(server.data, 'pg_wal')),
    }
  }
  await psql('analyze')
  const before = await hits()
  for (const found of Object.values(before)) expect(found).toBeGreaterThan(3) // the search works
  await cli('subscribers', 'erase', EMAIL)
  await service.stop()
  await sink.close()
  // Dead rows are in a table's file until it is vacuumed; the statistics have values too.
  expect(await hits()).toMatchObject({ dump: 0 })
  // Rows stay while a connection may still see them, and Postgres ends one after the client has closed it.
  const others = 'select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  await eventually(
    async () => (await server.tool('psql', url, '-qAtc', `select not exists (${others})`)).trim() === 't',
  )
  await psql('vacuum (full, analyze)')
  // Postgres keeps its log of changes until it needs the room: SECURITY.md says so.
  const after = await hits()
  expect(after).toMatchObject({ dump: 0, tables: 0 })
  expect(after.wal).toBeGreaterThan(0)
  expect(tracesInFiles(DATA_DIR)).toBe(0)
  expect(tracesIn(logged.join('\n'))).toBe(0)
  expect(logged.filter((line) => line.includes(id)).length).toBeGreaterThan(3)
  const hash = addressHash(EMAIL.toLowerCase(), deps.config.SUPPRESSION_KEY)
  const dump = await server.tool('pg_dump', url)
  expect(dump.split(hash)).toHaveLength(2)
}, 90_000)
