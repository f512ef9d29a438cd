import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startEmbeddedPostgres } from '../../../../src/core/database/embedded-postgres.ts'
import {
  applyMigrations,
  migrationNames,
  pendingMigrations,
  requireMigrated,
} from '../../../../src/core/database/migrations.ts'
import { startDatabaseProxy } from '../../../support/database-proxy.ts'
import { LATER, LATER_INDEX, nextRelease } from '../../../support/next-release.ts'
import { runCliProcess, runProgram } from '../../../support/processes.ts'
import { eventually } from '../../../support/until.ts'

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const askable = (url: string) => ({
  $queryRawUnsafe: <T>(sql: string) => withClient(url, async (client) => (await client.query(sql)).rows as T),
})

// Two migrations that this release does not have, so that something is missing from a database that has its first one.
const next = nextRelease()
const { migrations: folder } = next
afterAll(next.remove)

const DRY = `migrations_${process.pid}_dry`
let urls: string[]
const NAMES = [
  'once',
  'by_engine',
  'at_once',
  'unfinished',
  'dev',
  'busy',
  'cut_off',
  'conflict',
  'before_release',
].map((name) => `migrations_${process.pid}_${name}`)

beforeAll(async () => {
  await withClient(inject('postgresUrl'), async (client) => {
    for (const name of NAMES) await client.query(`create database ${name}`)
  })
  urls = NAMES.map((name) => Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href)
})

afterAll(async () => {
  await withClient(inject('postgresUrl'), async (client) => {
    for (const name of NAMES) await client.query(`drop database ${name} with (force)`)
  })
})

const PRISMA_TABLE = `create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null,
  finished_at timestamptz, migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
  started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`

const engine = (url: string) => runProgram(['scripts/migrate.ts', 'check'], { DATABASE_URL: url })

/** All migrations before that one of the later release, as their files say. */
const engineless = (url: string, before: string) =>
  withClient(url, async (client) => {
    await client.query(PRISMA_TABLE)
    for (const name of migrationNames(folder).filter((one) => one < before)) {
      await client.query(readFileSync(join(folder, name, 'migration.sql'), 'utf8'))
      const done =
        'insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ($1, $2, $3, now())'
      await client.query(done, [name.slice(0, 36), '', name])
    }
  })

describe('migrations', () => {
  test('apply once, then there is nothing to do', async () => {
    const [url = ''] = urls
    expect(await pendingMigrations(askable(url))).toEqual(migrationNames())
    await expect(requireMigrated(askable(url))).rejects.toMatchObject({ code: 'database.behind' })
    expect(await applyMigrations(url)).toEqual(migrationNames())
    expect(await applyMigrations(url)).toEqual([])
    await requireMigrated(askable(url))
  })

  test("are accepted by Prisma's own engine, which finds no drift", async () => {
    const { stdout } = await engine(urls[0]!)
    expect(stdout).toContain('applied: none')
    expect(stdout).toContain('schema and migrations agree')
  })

  test("applied by Prisma's own engine are accepted here", async () => {
    const { stdout } = await engine(urls[1]!)
    expect(stdout).toContain(`applied: ${migrationNames().join(', ')}`)
    expect(await applyMigrations(urls[1]!)).toEqual([])
  })

  test('are written for every change of the schema', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'migrate-dev-'))
    try {
      cpSync(resolve(import.meta.dirname, '../../../../prisma'), join(folder, 'prisma'), { recursive: true })
      appendFileSync(join(folder, 'prisma/schema.prisma'), 'model Extra {\n  id Int @id\n}\n')
      const settings = { DATABASE_URL: urls[4]! }
      const { code, stderr } = await runProgram(['scripts/migrate.ts', 'dev', 'extra'], settings, folder)
      expect([code, stderr]).toEqual([0, ''])
      expect(
        readdirSync(join(folder, 'prisma/migrations')).filter((name) => name.endsWith('_extra')),
      ).toHaveLength(1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('from two processes at once: one applies, the other finds nothing to do', async () => {
    const answers = await Promise.all(
      [1, 2].map(() => runCliProcess(['db', 'migrate', '--json'], { DATABASE_URL: urls[2]! })),
    )
    const applied = answers.map(({ stdout }) => JSON.parse(stdout).applied.length as number)
    expect(applied.sort()).toEqual([0, migrationNames().length])
  })

  test('wait for a table in use without keeping others from it for long', async () => {
    const url = urls[5]!
    await engineless(url, LATER)
    await withClient(url, async (user) => {
      await user.query('begin; select count(*) from message')
      const applied = applyMigrations(url, { folder })
      await withClient(url, async (another) => {
        const waiting = () =>
          another.query(`
            select from pg_locks l join pg_database d on d.oid = l.database
            where not l.granted and d.datname = current_database()`)
        await eventually(async () => (await waiting()).rowCount)
        await another.query("set statement_timeout = '3s'")
        await another.query('select count(*) from message')
      })
      await user.query('commit')
      expect(await applied).toEqual([LATER, LATER_INDEX])
    })
  })

  test('build an index again whose creation was interrupted', async () => {
    const url = urls[6]!
    await applyMigrations(url, { folder })
    await withClient(url, async (client) => {
      await client.query(
        `update pg_index set indisvalid = false where indexrelid = 'message_priority_idx'::regclass`,
      )
      await client.query('delete from _prisma_migrations where migration_name = $1', [LATER_INDEX])
      expect(await applyMigrations(url, { folder })).toEqual([LATER_INDEX])
      const { rows } = await client.query(
        `select indisvalid from pg_index where indexrelid = 'message_priority_idx'::regclass`,
      )
      expect(rows).toEqual([{ indisvalid: true }])
    })
  })

  test.each([
    ['was killed', null],
    ['reported an error', 'ERROR: out of memory'],
  ])('one that %s before it changed anything is applied again', async (_what, logs) => {
    const url = urls[3]!
    await withClient(url, async (client) => {
      await client.query('drop schema public cascade; create schema public')
      await engineless(url, LATER)
      const begun =
        'insert into _prisma_migrations (id, checksum, migration_name, logs) values ($1, $1, $2, $3)'
      await client.query(begun, ['begun', LATER, logs])
      expect(await applyMigrations(url, { folder })).toEqual([LATER, LATER_INDEX])
      const { rows } = await client.query(
        'select migration_name, count(*)::int from _prisma_migrations where finished_at is not null group by 1 order by 1',
      )
      expect(rows).toEqual(migrationNames(folder).map((migration_name) => ({ migration_name, count: 1 })))
      const { rows: left } = await client.query('select from _prisma_migrations where finished_at is null')
      expect(left).toEqual([])
    })
  })

  test('of a version before 1.0 are not continued: `database.before-release` names one, and nothing changes', async () => {
    const url = urls[8]!
    await withClient(url, async (client) => {
      await client.query(`create table feedback (); ${PRISMA_TABLE}`)
      await client.query(
        `insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('1', '', $1, now())`,
        ['20261128000000_initial'],
      )
      const refused = { code: 'database.before-release', values: { name: '20261128000000_initial' } }
      await expect(applyMigrations(url)).rejects.toMatchObject(refused)
      await expect(requireMigrated(askable(url))).rejects.toMatchObject(refused)
      const { rows } = await client.query(`select to_regclass('subscriber') as made`)
      expect(rows).toEqual([{ made: null }])
    })
    const { code, stderr } = await runProgram(['src/main.ts'], { DATABASE_URL: url })
    expect([code, stderr.includes('20261128000000_initial')]).toEqual([1, true])
  })

  test('one that fails changes nothing, says why, and is applied once the cause is gone', async () => {
    const url = urls[7]!
    await withClient(url, async (client) => {
      await client.query('create table topic ()')
      const failed = applyMigrations(url)
      await expect(failed).rejects.toMatchObject({
        code: 'database.migration-failed',
        values: { name: migrationNames()[0], what: 'relation "topic" already exists' },
      })
      const { rows } = await client.query(
        `select (select count(*) from _prisma_migrations)::int as rows, to_regclass('subscriber') as made`,
      )
      expect(rows).toEqual([{ rows: 0, made: null }])
      await client.query('drop table topic')
    })
    expect(await applyMigrations(url)).toEqual(migrationNames())
  })
})

test('db migrate reports a database that accepts the connection and sends nothing', async () => {
  const proxy = await startDatabaseProxy(inject('postgresUrl'))
  proxy.treatNew('black-hole')
  const migrated = applyMigrations(proxy.url)
  await expect(migrated).rejects.toMatchObject({ code: 'database.unreachable' })
  await proxy.close()
})

test('db migrate --dry-run says what is missing and applies nothing', async () => {
  await withClient(inject('postgresUrl'), (client) => client.query(`create database ${DRY}`))
  const url = Object.assign(new URL(inject('postgresUrl')), { pathname: `/${DRY}` }).href
  const { stdout } = await runCliProcess(['db', 'migrate', '--dry-run', '--json'], { DATABASE_URL: url })
  expect(JSON.parse(stdout)).toEqual({ applied: migrationNames(), dryRun: true })
  expect(await pendingMigrations(askable(url))).toEqual(migrationNames())
  await withClient(inject('postgresUrl'), (client) => client.query(`drop database ${DRY} with (force)`))
})

test('without DATABASE_URL a real Postgres starts under DATA_DIR and is found again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'data-dir-'))
  const migrate = () => runCliProcess(['db', 'migrate', '--json'], { DATA_DIR: folder }, folder)
  const first = await migrate()
  const second = await migrate()
  expect(JSON.parse(first.stdout).applied).toEqual(migrationNames())
  expect(JSON.parse(second.stdout).applied).toEqual([])
  const server = await startEmbeddedPostgres(join(folder, 'postgres'))
  await server.destroy()
  rmSync(folder, { recursive: true, force: true })
})
