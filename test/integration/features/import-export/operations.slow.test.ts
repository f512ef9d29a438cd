import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runCli } from '../../../support/commands.ts'
import { useDatabase } from '../../../support/database.ts'
import { runCliProcess, startProgram } from '../../../support/processes.ts'

const database = useDatabase()
const folder = mkdtempSync(join(tmpdir(), 'import-export-'))
afterAll(() => rmSync(folder, { recursive: true }))

const settings = () => ({ DATABASE_URL: database.url, CLOCK_NOW: '2026-11-24T12:00:00Z' })
const cli = (...args: string[]) => runCli(['subscribers', ...args], settings())
/** To the standard output of a process. */
const exported = (...args: string[]) => runCliProcess(['subscribers', 'export', ...args], settings())

function fileOf(name: string, rows: number): string {
  const file = join(folder, name)
  const lines = Array.from({ length: rows }, (_, i) =>
    i % 1000 === 999 ? `bad ${i},active,,` : `${name}${i}@example.com,active,topic${i % 50},2025-01-01`,
  )
  writeFileSync(file, ['email,state,topics,confirmed_at', ...lines, ''].join('\n'))
  return file
}

test('import as text and as JSON, and export again', async () => {
  const file = fileOf('few', 1000)
  const { code, stdout, stderr } = await cli('import', file)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('imported   999: 999 active\n')
  expect(stdout).toContain(`refused    1, with the reason in ${file}.refused.csv\n`)
  const again = await cli('import', file, '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({
    rows: 1000,
    taken: 0,
    unchanged: 999,
    refused: 1,
    dryRun: false,
  })
  const out = await exported()
  expect(out.stdout.split('\n')).toHaveLength(1 + 999 + 1)
  expect(JSON.parse((await exported('--json')).stdout)).toHaveLength(999)
  const copy = join(folder, 'copy.csv')
  const same = await cli('export', '--out', copy, '--suppressions', copy)
  expect(same).toMatchObject({ code: 2, stderr: expect.stringContaining('use two files') })
  const written = await cli('export', '--out', copy, '--suppressions', `${copy}.hashes`)
  expect(written.stdout).toBe(`999 subscribers to ${copy}, and 0 hashes to ${copy}.hashes.\n`)
  expect(readFileSync(copy, 'utf8')).toBe(out.stdout)
  const actions = await database.db.action.findMany()
  expect(actions.map(({ verb }) => verb)).toContain('subscribers import')
  expect(JSON.stringify(actions)).not.toContain('@')
}, 120_000)

test('says that a file has no rows', async () => {
  const file = join(folder, 'head.csv')
  writeFileSync(file, 'email,state\n')
  const { code, stdout } = await cli('import', file)
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^The file has no rows after its header\.\n0 rows /),
  })
})

test('prints the first row for each reason, with its message and without an address', async () => {
  const file = join(folder, 'reasons.csv')
  const rows = [
    'a@example.com,actve,',
    'b@example.com,c@example.com,',
    'd@example.com,active,Mars/One',
    'e,,',
  ]
  writeFileSync(file, ['email,state,zone', ...rows, 'f@example.com,g@example.com,', ''].join('\n'))
  const { stdout } = await cli('import', file, '--consent', 'on paper')
  expect(stdout.split('\n').filter((line) => line.includes(' × '))).toEqual([
    '    3 × import.state, first in line 2: state "actve": takes pending, active, paused, unsubscribed, suppressed.',
    '    1 × zone.unknown, in line 4: Unknown time zone "Mars/One": use a name such as Europe/Paris, or UTC.',
    '    1 × address.malformed, in line 5: Not an email address: use the form name@example.com.',
  ])
  const alone = join(folder, 'alone.csv')
  writeFileSync(alone, ['email,state', 'a@example.com,b@example.com', ''].join('\n'))
  const { examples } = JSON.parse((await cli('import', alone, '--json')).stdout)
  expect(examples).toEqual({
    'import.state': { line: 2, message: expect.stringMatching(/^state "\[address\]": takes pending/) },
  })
}, 60_000)

test('an export ends without an error if its reader stops early, as head does', () => {
  const command = `"${process.execPath}" src/cli.ts subscribers export | head -1`
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'error', ...settings() },
    encoding: 'utf8',
  })
  expect({ head: stdout.slice(0, 18), stderr }).toEqual({ head: 'email,state,topics', stderr: '' })
}, 30_000)

test('an invalid file ends with code 2 and the expected format', async () => {
  const none = await cli('import', join(folder, 'none.csv'), '--json')
  expect([none.code, JSON.parse(none.stderr).error]).toEqual([2, 'import.no-csv'])
  const slip = join(folder, 'slip.csv')
  writeFileSync(slip, 'emial\nann@example.com\n')
  const { code, stderr } = await cli('import', slip)
  expect([code, stderr]).toEqual([2, expect.stringContaining('"emial": did you mean "email"')])
  writeFileSync(slip, '')
  const nothing = await cli('import', slip)
  expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('The file is empty.')])
}, 60_000)

test('killed in the middle, another run adds the rest, and no one and no refused row is repeated', async () => {
  const rows = 20_000
  const file = fileOf('many', rows)
  const subscribers = { subscriber: { addressKey: { startsWith: 'many' } } }
  const imported = () => database.db.subscriber.count({ where: subscribers.subscriber })
  const begun = startProgram(['src/cli.ts', 'subscribers', 'import', file], settings())
  const ended = new Promise((done) => begun.once('exit', (_, signal) => done(signal)))
  while ((await imported()) === 0) await new Promise((done) => setTimeout(done, 20))
  begun.kill('SIGKILL')
  expect(await ended).toBe('SIGKILL')
  const already = await imported()
  expect(already % 999).toBe(0)
  expect(already).toBeLessThan(rows - rows / 1000)
  const { code, stdout } = await cli('import', file, '--json')
  expect(code).toBe(0)
  const all = rows - rows / 1000
  expect(JSON.parse(stdout)).toMatchObject({
    rows,
    taken: all - already,
    unchanged: already,
    refused: rows / 1000,
    states: { active: all - already },
  })
  expect(await imported()).toBe(all)
  expect(await database.db.topic.count({ where: subscribers })).toBe(all)
  expect(await database.db.consent.count({ where: subscribers })).toBe(all)
  const refused = readFileSync(`${file}.refused.csv`, 'utf8').trim().split('\n')
  expect(refused.slice(1).map((line) => line.split(',')[0])).toEqual(
    Array.from({ length: rows / 1000 }, (_, i) => `bad ${i * 1000 + 999}`),
  )
}, 240_000)
