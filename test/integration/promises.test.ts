import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../support/processes.ts'

const PROMISES = 6

/** The rows of the table: number of the promise, and the names in its other columns. */
function keptBy(): { promise: number; rows: string[]; wrong: string[] }[] {
  const readme = readFileSync(resolve(import.meta.dirname, '../../src/README.md'), 'utf8')
  const lines = readme.split('\n').filter((line) => /^\| \d\. /.test(line))
  return lines.map((line) => {
    const [, what = '', rows = '', wrong = ''] = line.split('|')
    const namesIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    return { promise: Number(what.trim()[0]), rows: namesIn(rows), wrong: namesIn(wrong) }
  })
}

test('each promise has rows of the battery and wrong variants, and all of them exist', async () => {
  const { code, stderr } = await runProgram(['scripts/battery.ts', 'no such case'])
  expect(code).toBe(2)
  const known = /: (.+)\.\n/.exec(stderr)![1]!.split(', ')
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/battery.md'), 'utf8')
  const missing = known.filter((name) => !page.includes(`- \`${name}\` · `))
  expect.soft(missing, 'missing in docs/battery.md: npm run battery -- --record NAME').toEqual([])
  const kept = keptBy()
  expect(kept.map(({ promise }) => promise)).toEqual(Array.from({ length: PROMISES }, (_, i) => i + 1))
  for (const { promise, rows, wrong } of kept) {
    expect.soft([promise, rows.length > 0, wrong.length > 0]).toEqual([promise, true, true])
    expect.soft([promise, [...rows, ...wrong].filter((name) => !known.includes(name))]).toEqual([promise, []])
    expect.soft([promise, rows.filter((name) => name.includes('wrong'))]).toEqual([promise, []])
    expect.soft([promise, wrong.filter((name) => !name.includes('wrong'))]).toEqual([promise, []])
  }
})
