import { join, resolve } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { applyMigrations } from '../../src/core/database/migrations.ts'
import { useDatabase } from '../support/database.ts'
import { nextRelease } from '../support/next-release.ts'
import { type Finished, runCliProcess, runProgram } from '../support/processes.ts'
import { startSmtpSink } from '../support/smtp-sink.ts'
import { createDatabase, dropDatabase, runSql } from '../support/upgrade-fixture.ts'

vi.setConfig({ testTimeout: 120_000 })

const root = resolve(import.meta.dirname, '../..')
const EMAIL = 'ann@reader.example'
const database = useDatabase()
// This program is the release that an operator goes back to, from one with further migrations.
const next = nextRelease()
afterAll(next.remove)

const done = ({ code, stdout, stderr }: Finished) =>
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 })

test('this release runs on the schema of a later one, and the later one continues after it', async () => {
  const sink = await startSmtpSink()
  const settings = { DATABASE_URL: database.url, SMTP_URL: `smtp://127.0.0.1:${sink.port}` }
  const at = (now: string) => ({ ...settings, CLOCK_NOW: now })
  const before = (args: string[], now: string) => runCliProcess(args, at(now))
  const later = (args: string[], now: string) =>
    runProgram([join(next.folder, 'src/cli.ts'), ...args], at(now), next.folder)
  const consent = ['--consent', 'paper']
  try {
    done(await later(['db', 'migrate'], '2026-11-23T11:00:00Z'))
    done(await later(['subscribers', 'add', EMAIL, '--topic', 'robots', ...consent], '2026-11-23T12:00:00Z'))
    done(await before(['subscribers', 'add', 'ben@reader.example', ...consent], '2026-11-23T12:00:00Z'))
    const papers = join(root, 'test/fixtures/huggingface/daily/2026-08-14.json')
    done(await before(['papers', 'import', papers, '--date', '2026-11-23'], '2026-11-24T02:00:00Z'))
    done(await before(['digests', 'run', '--json'], '2026-11-24T08:30:00Z'))
    expect(sink.accepted.map(({ to }) => to)).toContain('ben@reader.example')
    const mails = sink.accepted.length
    done(await later(['digests', 'run', '--json'], '2026-11-24T08:40:00Z'))
    expect(sink.accepted.length).toBe(mails)
    done(await before(['subscribers', 'erase', EMAIL], '2026-11-24T09:00:00Z'))
    const explained = await later(['subscribers', 'explain', 'ben@reader.example'], '2026-11-24T10:00:00Z')
    done(explained)
    expect(explained.stdout).toMatch(/^Sent: /)
  } finally {
    await sink.close()
  }
})

// Each of these would fail the test above.
test.each([
  ['gives a column another name', 'alter table message rename column reason to why'],
  ['takes a column away', 'alter table message drop column taken_by'],
  [
    'requires a new column',
    `alter table message add column mood text not null default ''; alter table message alter column mood drop default`,
  ],
])('a migration that %s keeps this release from running', async (_what, sql) => {
  const name = `roll_back_${process.pid}`
  const url = await createDatabase(name)
  try {
    await applyMigrations(url, { folder: next.migrations })
    const settings = { DATABASE_URL: url, CLOCK_NOW: '2026-11-23T12:00:00Z' }
    const write = (email: string) => runCliProcess(['subscribers', 'add', email], settings)
    const read = () => runCliProcess(['messages', 'list'], settings)
    done(await write(EMAIL))
    done(await read())
    await runSql(sql, name)
    const codes = [(await write('ben@reader.example')).code, (await read()).code]
    expect(codes).toContain(1)
  } finally {
    await dropDatabase(name)
  }
})
