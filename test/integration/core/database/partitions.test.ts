import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Database } from '../../../../src/core/database/database.ts'
import { type Day, midnight } from '../../../../src/core/dates.ts'
import { messageById } from '../../../../src/mail/outbox/message-list.repo.ts'
import { deleteOldMessages } from '../../../../src/mail/outbox/prune-messages.repo.ts'
import { runCli } from '../../../support/commands.ts'
import { useDatabase } from '../../../support/database.ts'
import { DATED_TABLES, partitionByDate } from '../../../support/partition.ts'
import { startSmtpSink } from '../../../support/smtp-sink.ts'

const database = useDatabase()
const folder = mkdtempSync(join(tmpdir(), 'partitions-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each(DATED_TABLES)(
  'the primary key and each unique index of %s contain the local date',
  async (table) => {
    const keys = await database.db.$queryRaw<{ name: string; columns: string[] }[]>`
    select i.indexrelid::regclass::text as name, array(
      select a.attname::text from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any(i.indkey)) as columns
    from pg_index i where i.indrelid = ${table}::regclass and i.indisunique`
    expect(keys).not.toEqual([])
    expect(keys.filter(({ columns }) => !columns.includes('local_date'))).toEqual([])
  },
)

/** How many rows of each table are in a partition. */
async function rowsIn(db: Database, part: string): Promise<number[]> {
  const counts = DATED_TABLES.map((table) =>
    db.$queryRawUnsafe<[{ rows: number }]>(`select count(*)::int as rows from ${table}_${part}`),
  )
  return (await Promise.all(counts)).map(([{ rows }]) => rows)
}

const fileOf = async (db: Database, table: string): Promise<number> => {
  const [row] = await db.$queryRawUnsafe<[{ file: number }]>(
    `select pg_relation_filenode('${table}')::int as file`,
  )
  return row.file
}

function papersOf(day: Day): string {
  const file = join(folder, `${day}.json`)
  writeFileSync(file, JSON.stringify([{ title: `Walking robots of ${day}`, summary: 'Robots that walk.' }]))
  return file
}

test('tables with data are partitioned by local date without writing their rows again, and the service goes on', async () => {
  const { db } = database
  const sink = await startSmtpSink()
  const run = async (now: string, ...args: string[]) => {
    const settings = { DATABASE_URL: database.url, SMTP_URL: `smtp://127.0.0.1:${sink.port}`, CLOCK_NOW: now }
    const { code, stdout, stderr } = await runCli(args, settings)
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stderr: '' })
  }
  const add = (name: string) =>
    run(
      '2026-11-23T06:00:00Z',
      'subscribers',
      'add',
      `${name}@reader.example`,
      '--topic',
      'robots',
      '--consent',
      'x',
    )
  for (const name of ['ann', 'ben']) await add(name)
  await run('2026-11-23T07:00:00Z', 'papers', 'import', papersOf('2026-11-23'), '--date', '2026-11-23')
  sink.at = { rcpt: (to) => (to.startsWith('ben') ? '451 4.3.0 later' : undefined) }
  await run('2026-11-23T08:10:00Z', 'digests', 'run')
  const files = await Promise.all(DATED_TABLES.map((table) => fileOf(db, table)))

  await partitionByDate(db, '2026-11-24')
  expect(await Promise.all(DATED_TABLES.map((table) => fileOf(db, `${table}_before`)))).toEqual(files)
  expect([await rowsIn(db, 'before'), await rowsIn(db, 'from')]).toEqual([
    [2, 2, 1, 1],
    [0, 0, 0, 0],
  ])

  // The deferred digest of the day before leaves as the same message, after midnight.
  sink.at = {}
  await run('2026-11-24T00:30:00Z', 'digests', 'run')
  expect(await rowsIn(db, 'before')).toEqual([2, 2, 1, 2])
  await run('2026-11-24T07:00:00Z', 'papers', 'import', papersOf('2026-11-24'), '--date', '2026-11-24')
  await run('2026-11-24T08:10:00Z', 'digests', 'run')
  await run('2026-11-24T08:20:00Z', 'digests', 'run')
  expect(sink.accepted.map(({ to }) => to).toSorted()).toEqual(
    ['ann', 'ann', 'ben', 'ben'].map((name) => `${name}@reader.example`),
  )
  expect([await rowsIn(db, 'before'), await rowsIn(db, 'from')]).toEqual([
    [2, 2, 1, 2],
    [2, 2, 0, 2],
  ])
  expect(await db.message.groupBy({ by: ['state'], _count: true })).toEqual([
    { state: 'accepted', _count: 4 },
  ])

  const [deferred] = await db.attempt.findMany()
  const { localDate, messageId: id } = deferred!
  expect(localDate).toEqual(midnight('2026-11-23'))
  expect(await messageById(db, id)).toMatchObject({
    acceptances: [{ reply: expect.any(String) }],
    tries: [{ n: 1 }],
  })
  // An acceptance wins over every later state, in each partition.
  await db.$executeRaw`update message set state = 'uncertain'`
  expect(await db.message.count({ where: { state: 'accepted' } })).toBe(4)
  await run('2026-11-24T09:00:00Z', 'subscribers', 'explain', 'ben@reader.example')
  await run('2026-11-24T09:00:00Z', 'digests', 'status', '--date', '2026-11-23')
  const old = await db.$transaction((tx) => deleteOldMessages(tx, { before: '2026-11-25', most: 10 }))
  expect([old.messages, await rowsIn(db, 'before'), await rowsIn(db, 'from')]).toEqual([
    4,
    [2, 0, 0, 0],
    [2, 0, 0, 0],
  ])
  await sink.close()
})
