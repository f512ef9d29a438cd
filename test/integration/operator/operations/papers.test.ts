import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from '../../../support/commands.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import { type HuggingFaceServer, startHuggingFaceServer } from '../../../support/hugging-face-server.ts'
import { recordedDay, recordings } from '../../../support/recorded-days.ts'

const database = useDatabase()
const DAY = '2026-08-14'
const count = recordedDay('daily', DAY).length
let server: HuggingFaceServer
let folder: string

beforeAll(async () => {
  server = await startHuggingFaceServer({ folder: `${recordings}/daily` })
  folder = mkdtempSync(join(tmpdir(), 'daily-papers-import-'))
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => emptyTables(database.db))

const papers = async (...args: string[]) => {
  const { code, stdout, stderr } = await runCli(['papers', ...args], {
    DATABASE_URL: database.url,
    HF_URL: server.url,
    CLOCK_NOW: `${DAY}T09:00:00Z`,
  })
  return { code, out: args.includes('--json') && stdout ? JSON.parse(stdout) : stdout, error: stderr }
}

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('`papers fetch` stores the new papers, and `papers list` prints them', async () => {
  const fetched = await papers('fetch', '--date', DAY, '--json')
  expect(fetched).toMatchObject({
    code: 0,
    out: [{ source: 'huggingface', day: DAY, added: count, dryRun: false }],
  })
  const listed = await papers('list', '--date', DAY, '--json')
  expect(listed.out).toHaveLength(count)
  expect(listed.out[0]).toMatchObject({
    id: expect.stringMatching(/^2608\.\d{5}$/),
    title: expect.any(String),
    summary: expect.any(String),
    day: DAY,
    votes: expect.any(Number),
    authors: expect.any(Array),
  })
  const votes = listed.out.map((paper: { votes: number }) => paper.votes)
  expect(votes).toEqual(votes.toSorted((a: number, b: number) => b - a))
  expect((await papers('list', '--date', DAY)).out).toContain(listed.out[0].title)
})

test('the output of `papers list` can be imported again, and changes nothing', async () => {
  await papers('fetch', '--date', DAY)
  const { out } = await papers('list', '--date', DAY, '--json')
  const imported = await papers('import', file('list.json', JSON.stringify(out)), '--json')
  expect(imported.out).toMatchObject({ source: 'import', day: DAY, added: 0, listed: count, refused: [] })
  expect((await papers('list', '--date', DAY, '--json')).out).toEqual(out)
})

test('`papers import` names the entries that it skipped', async () => {
  const path = file('some.json', '[{"title":"A title","summary":"s"},{"summary":"no title"}]')
  const imported = await papers('import', path, '--date', '2026-08-12')
  expect(imported).toMatchObject({ code: 0 })
  expect(imported.out).toBe(
    'import 2026-08-12: 1 listed, 1 new, 0 changed\n  entry 2 left out: title: absent, or no text\n',
  )
  expect((await papers('list', '--date', '2026-08-12', '--json')).out).toMatchObject([
    { id: 'id:1', votes: null },
  ])
})

test('`papers import` reads a folder in one run, each file as of the day in its name', async () => {
  const days = mkdtempSync(join(folder, 'days-'))
  const write = (name: string, text: string) => writeFileSync(join(days, name), text)
  write('2026-08-13.json', '[{"title":"Later","summary":"s"},{"summary":"no title"}]')
  write('daily-2026-08-12.json', '[{"title":"Earlier","summary":"s"}]')
  write('undated.json', '[{"title":"Undated","summary":"s"}]')
  write('2026-08-11.json', '[{"title":"Cut off"},\n')
  write('notes.txt', 'not read')
  const run = (...args: string[]) => papers('import', days, ...args)

  const dry = await run('--dry-run', '--json')
  expect(dry).toMatchObject({ code: 1, error: '' })
  expect(dry.out.map(({ file, error }: { file: string; error?: string }) => [basename(file), error])).toEqual(
    [
      ['undated.json', 'import.no-date'],
      ['2026-08-11.json', 'import.not-a-list'],
      ['daily-2026-08-12.json', undefined],
      ['2026-08-13.json', undefined],
    ],
  )
  expect(await database.db.paper.count()).toBe(0)

  const done = await run()
  expect(done.code).toBe(1)
  expect(done.out).toContain(
    '2026-08-11.json: not imported: Not a list of papers (it ends too early, in line 1)',
  )
  expect(done.out).toMatch(/2026-08-13\.json: import 2026-08-13: 1 listed.*\n {2}entry 2 left out/)
  expect(done.out).toMatch(/\n2 files imported, 2 not\.\n$/)
  expect((await papers('list', '--date', '2026-08-12', '--json')).out).toMatchObject([{ title: 'Earlier' }])

  await run('--date', DAY)
  expect((await papers('list', '--date', DAY, '--json')).out).toMatchObject([{ title: 'Undated' }])
})

test('`papers import` refuses a folder without JSON files', async () => {
  const empty = mkdtempSync(join(folder, 'empty-'))
  const refused = await papers('import', empty, '--json')
  expect(refused.code).toBe(2)
  expect(JSON.parse(refused.error)).toMatchObject({ error: 'import.no-files' })
})

test('`papers import` names the place at which a file is no JSON', async () => {
  const broken = await papers('import', file('broken.json', '[{"title":"A"},\n {"title" "B"}]'))
  expect(broken).toMatchObject({ code: 2, error: expect.stringContaining('(line 2, column 11)') })
})

test('`papers import` refuses days that have not begun anywhere', async () => {
  const path = file('early.json', '[{"title":"A title","summary":"s"}]')
  expect(await papers('import', path, '--date', '2026-08-16')).toMatchObject({
    code: 2,
    error: expect.stringContaining('2026-08-16 has not started'),
  })
  expect(await papers('import', path, '--date', '2026-08-15')).toMatchObject({ code: 0 })
})

test('`papers import` says that the file is missing, also without a database', async () => {
  const { code, stderr } = await runCli(['papers', 'import', '/missing.json'], {
    DATABASE_URL: 'postgresql://127.0.0.1:1/none',
  })
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('"/missing.json"') })
})

test('`papers list` prints the papers that match a query', async () => {
  const three = [
    { title: 'Linear Attention, Again', summary: 's', votes: 3 },
    { title: 'Something Else', summary: 'About linear attentions.', votes: 9 },
    { title: 'Nothing of It', summary: 's' },
  ]
  await papers('import', file('three.json', JSON.stringify(three)))
  const listed = await papers('list', '--date', DAY, '--query', '"linear attention"', '--json')
  expect(listed.out).toMatchObject([{ title: 'Something Else' }, { title: 'Linear Attention, Again' }])
})

test('`papers like` prints the most similar papers first', async () => {
  const entries = ['Speech of robots', 'Robots', 'Robots that speak', 'Proteins'].map((title, i) => ({
    id: `2608.0000${i}`,
    title,
    summary: i < 3 ? 'We study robots and speech.' : 'Of cells.',
  }))
  await papers('import', file('similar.json', JSON.stringify(entries)))
  const { out } = await papers('like', '2608.00000', '--json')
  expect(out.map(({ id }: { id: string }) => id)).toEqual(['2608.00001', '2608.00002'])
  expect(out[0].score).toBeGreaterThanOrEqual(out[1].score)
  const limited = await papers('like', '2608.00000', '--limit', '1')
  expect(limited.out).toContain('Robots')
  expect(limited.out).not.toContain('2608.00002')
  expect(await papers('like', '2608.99999')).toMatchObject({ code: 1 })
  expect(await papers('like', '2608.00000', '--limit', '0')).toMatchObject({ code: 2 })
})

test('`papers` with --dry-run changes nothing', async () => {
  expect((await papers('fetch', '--date', DAY, '--dry-run')).out).toContain('nothing was changed')
  const path = file('one.json', '[{"title":"A title"}]')
  expect((await papers('import', path, '--dry-run', '--json')).out).toMatchObject({ added: 1, dryRun: true })
  expect((await papers('list', '--date', DAY)).out).toBe(`No papers on ${DAY}.\n`)
})

describe('`papers`', () => {
  test.each([
    ['no date', ['fetch'], 2, '--date'],
    ['an invalid date', ['fetch', '--date', '2026-02-30'], 2, 'YYYY-MM-DD'],
    ['an unknown source', ['fetch', '--date', DAY, '--source', 'elsewhere'], 2, 'takes huggingface'],
    [
      'a day to come',
      ['fetch', '--date', '2999-01-01'],
      2,
      '2999-01-01 has not started: use a day up to today',
    ],
    ['an invalid query', ['list', '--date', DAY, '--query', '(linear'], 2, 'column'],
    ['a file that is not there', ['import', 'nowhere.json'], 2, 'Cannot read the file "nowhere.json"'],
  ])('refuses %s', async (_what, args, code, message) => {
    const answer = await papers(...args)
    expect(answer.code).toBe(code)
    expect(answer.error).toContain(message)
  })

  test('refuses a file with other content', async () => {
    const answer = await papers('import', file('page.html', '<html>'), '--json')
    expect(answer).toMatchObject({ code: 2, out: '' })
    expect(JSON.parse(answer.error)).toMatchObject({ error: 'import.not-a-list' })
  })
})
