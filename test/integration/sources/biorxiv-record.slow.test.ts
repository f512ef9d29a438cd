import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { requireSource } from '../../../src/sources/registry.ts'
import { startBiorxivServer } from '../../support/biorxiv-server.ts'
import type { JsonServer } from '../../support/json-server.ts'
import { readRecording, replay } from '../../support/recorded-answers.ts'

const root = resolve(import.meta.dirname, '../../..')
const DAY = '2026-01-05'
let server: JsonServer
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recorded-'))
  cpSync(join(root, 'test/fixtures/biorxiv/daily'), join(folder, 'daily'), { recursive: true })
  server = await startBiorxivServer({ folder: join(folder, 'daily'), perPage: 4 })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  server.troubles.length = 0
})

/** Runs the recorder as a program of its own, in a folder without settings. */
const record = async (...args: string[]) => {
  const script = join(root, 'test/record-source.ts')
  const env = { PATH: process.env.PATH, BIORXIV_URL: server.url, OPERATOR_EMAIL: 'operator@papers.example' }
  return promisify(execFile)(process.execPath, [script, ...args], { cwd: folder, env }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error) => ({ code: error.code, text: error.stderr }),
  )
}

test('a day is recorded as it came, with a description', async () => {
  const to = join(folder, 'one')
  expect(await record('biorxiv', '--day', DAY, '--to', to)).toEqual({
    code: 0,
    text: `biorxiv on ${DAY}: 6 records (5 new, 1 revised), 0 refused\n3 answers in ${to}\n`,
  })
  expect(readdirSync(to).sort()).toEqual(['0.json', '1.json', '2.json', 'recording.json'])
  expect(JSON.parse(readFileSync(join(to, '1.json'), 'utf8'))).toEqual({
    url: `https://api.biorxiv.org/details/biorxiv/${DAY}/${DAY}/4/json`,
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: expect.stringContaining('axolotl'),
  })
  const { records, missing } = await replay(requireSource('biorxiv'), readRecording(to))
  expect([records.length, missing]).toEqual([6, []])
})

test('a recording has no email address, and nothing of an older recording', async () => {
  const to = join(folder, 'two')
  await record('biorxiv', '--day', DAY, '--to', to)
  const entry = { title: 'T', abstract: 'Write to ada.king@lab.example.', doi: '10.1101/1', version: '1' }
  writeFileSync(join(folder, 'daily/2026-01-07.json'), JSON.stringify([entry]))
  expect(await record('biorxiv', '--day', '2026-01-07', '--to', to)).toMatchObject({ code: 0 })
  expect(readdirSync(to).sort()).toEqual(['0.json', '1.json', 'recording.json'])
  const text = readdirSync(to)
    .map((name) => readFileSync(join(to, name), 'utf8'))
    .join('')
  expect(text).toContain('Write to left-out@example.org')
  expect(text).not.toMatch(/lab\.example|papers\.example/)
})

test('a day that fails overwrites nothing', async () => {
  const to = join(folder, 'three')
  await record('biorxiv', '--day', DAY, '--to', to)
  server.troubles.push({ kind: 'slow', ms: 0 }, { kind: 'status', status: 404 })
  expect(await record('biorxiv', '--day', DAY, '--to', to)).toEqual({
    code: 1,
    text: `biorxiv refuses the request for ${DAY} (404): check its address in the settings.\n`,
  })
  expect(readRecording(to).answers).toHaveLength(3)
})

test.each([
  [['elsewhere'], 'Unknown source "elsewhere": takes '],
  [[], 'Name one source.'],
  [['biorxiv', '--day', '2026-02-30'], '2026-02-30'],
])('%j is wrong use', async (args, sentence) => {
  const { code, text } = await record(...args)
  expect(code).toBe(2)
  expect(text).toContain(sentence)
})
