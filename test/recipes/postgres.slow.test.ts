import { appendFileSync, chownSync, copyFileSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { makeCertificate } from '../support/certificates.ts'
import { useDatabase } from '../support/database.ts'
import { pgbouncerPath, startPgbouncer } from '../support/pgbouncer.ts'
import { runCliProcess } from '../support/processes.ts'

const folder = join(mkdtempSync(join(tmpdir(), 'tls-postgres-')), 'postgres')
const certificate = makeCertificate(['localhost'], { ips: [] })
const stranger = makeCertificate(['localhost'])
const PASSWORD = 'p/w?#@:%'
const database = useDatabase()
let server: EmbeddedPostgres

// A server that takes nothing but TLS and a password.
beforeAll(async () => {
  const plain = await startEmbeddedPostgres(folder)
  const { uid, gid } = statSync(plain.folder)
  for (const [from, name] of [
    [certificate.cert, 'server.crt'],
    [certificate.key, 'server.key'],
  ] as const) {
    copyFileSync(from, join(plain.folder, name))
    chownSync(join(plain.folder, name), uid, gid)
  }
  await onServer(plain.url, [
    `create role papers login password '${PASSWORD}'`,
    'create database elsewhere owner papers',
  ])
  await plain.stop()
  appendFileSync(join(plain.folder, 'postgresql.conf'), '\nssl = on\n')
  const rules = [
    'hostssl elsewhere papers 127.0.0.1/32 scram-sha-256',
    'host all postgres 127.0.0.1/32 trust',
  ]
  writeFileSync(join(plain.folder, 'pg_hba.conf'), `${rules.join('\n')}\n`)
  server = await startEmbeddedPostgres(folder)
}, 120_000)
afterAll(() => server?.destroy())

async function onServer(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

const urlWith = (query: string, host = 'localhost') =>
  `postgresql://papers:${encodeURIComponent(PASSWORD)}@${host}:${new URL(server.url).port}/elsewhere?${query}`

interface Check {
  check: string
  found: string
}

/** The verdict of the doctor on the database. */
async function doctor(url: string): Promise<Check | undefined> {
  const { stdout } = await runCliProcess(['doctor', '--json'], {
    DATABASE_URL: url,
    HF_URL: 'http://127.0.0.1:9',
  })
  return (JSON.parse(stdout) as Check[]).find(({ check }) => check === 'database')
}

test('verify-full with the authority: commands work, and the doctor is content', async () => {
  const DATABASE_URL = urlWith(`sslmode=verify-full&sslrootcert=${certificate.ca}`)
  expect(await runCliProcess(['db', 'migrate', '--json'], { DATABASE_URL })).toMatchObject({
    code: 0,
    stderr: '',
  })
  const added = ['subscribers', 'add', 'ann@reader.example', '--consent', 'on paper']
  expect(await runCliProcess(added, { DATABASE_URL })).toMatchObject({ code: 0, stderr: '' })
  expect(await doctor(DATABASE_URL)).toMatchObject({ state: 'ok' })
}, 60_000)

test.each([
  [
    'an authority that it does not know',
    () => urlWith(`sslmode=verify-full&sslrootcert=${stranger.ca}`),
    'sslrootcert',
  ],
  [
    'a name that the certificate is not for',
    () => urlWith(`sslmode=verify-full&sslrootcert=${certificate.ca}`, '127.0.0.1'),
    'sslrootcert',
  ],
  ['no TLS', () => urlWith('sslmode=disable'), 'pg_hba.conf'],
  [
    'a wrong password',
    () =>
      urlWith(`sslmode=verify-full&sslrootcert=${certificate.ca}`).replace(encodeURIComponent(PASSWORD), 'x'),
    'user and password',
  ],
])(
  '%s is refused, with the fix',
  async (_what, url, fix) => {
    const verdict = await doctor(url())
    expect(verdict).toMatchObject({ state: 'wrong', fix: expect.stringContaining(fix) })
    expect(JSON.stringify(verdict)).not.toContain(encodeURIComponent(PASSWORD))
  },
  60_000,
)

describe('behind PgBouncer', () => {
  beforeEach((context) => {
    if (!pgbouncerPath) context.skip('no pgbouncer on this machine')
  })

  test.each([
    ['session', false],
    ['transaction', true],
  ] as const)(
    'in %s mode the doctor objects: %s',
    async (mode, objects) => {
      const pooler = await startPgbouncer(database.url, mode)
      const verdict = await doctor(pooler.url)
      await pooler.stop()
      expect(verdict?.found).toContain('PostgreSQL')
      expect(verdict?.found.includes('a pooler in transaction mode')).toBe(objects)
    },
    60_000,
  )
})
