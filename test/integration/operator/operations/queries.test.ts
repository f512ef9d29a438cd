import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import type { Deps } from '../../../../src/core/deps.ts'
import type { ErrorCode } from '../../../../src/core/error-table.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { importPapers } from '../../../../src/papers/import-papers.ts'
import { runCommand } from '../../../support/commands.ts'
import { useDatabase } from '../../../support/database.ts'

const database = useDatabase()

const depsOf = (): Deps => ({
  config: readConfig({}),
  clock: stoppedClock(new Date('2026-11-24T09:00:00Z')),
  features: FEATURES,
  log: silentLog,
  db: database.db,
  databaseUrl: database.url,
})

const explain = (query: string, paper = '2611.00001') =>
  runCommand(depsOf(), ['queries', 'explain', query, '--paper', paper])

test('a query is explained against a paper', async () => {
  await importPapers(depsOf(), {
    text: JSON.stringify([
      {
        id: '2611.00001',
        title: 'Linear $\\mathcal{O}(n)$ Attention',
        summary: 'For vision and LLMs.',
        votes: 12,
      },
    ]),
  })
  expect((await explain('"O(n) attention" LLM votes>=10 NOT survey')).text).toBe(
    [
      'Understood: Papers with the phrase “O(n) attention”, LLM and 10 or more votes, but not survey.',
      'Paper 2611.00001: Linear O(n) Attention',
      'Matched: O(n) attention, in the title; LLM, in the abstract; 12 votes.',
      '  O(n) attention → title: O(n) Attention',
      '  LLM → abstract: LLMs',
      '  votes>=10 → votes: 12',
    ].join('\n'),
  )
  const missed = await explain('attention quantum NOT (vision or audio)', 'id:1')
  expect(missed.text).toBe(
    [
      'Understood: Papers with attention and quantum, but not (vision or audio).',
      'Paper 2611.00001: Linear O(n) Attention',
      'Not matched.',
      '  Missing: quantum',
      '  Excluded by the query: vision, in the abstract',
    ].join('\n'),
  )
  expect(missed.json).toMatchObject({
    matched: false,
    reason: null,
    missing: ['quantum'],
    unwanted: ['vision, in the abstract'],
  })
})

test.each<[query: string, paper: string, code: ErrorCode]>([
  ['attention', '2611.99999', 'paper.unknown'],
  ['attention', 'no such name', 'paper.unknown'],
  ['(attention', '2611.00001', 'query.bracket-open'],
])('`queries explain` refuses %s on %s with %s', async (query, paper, code) => {
  await expect(explain(query, paper)).rejects.toMatchObject({ code })
})

test.each([
  [['--from', '2026-11-24', '--to', '2026-11-23'], '--from 2026-11-24 is later than --to 2026-11-23.'],
  [['--from', '2026-11-25'], '--from 2026-11-25 is later than --to 2026-11-24.'],
])('`queries rank` of %j fails with %s', async (days, message) => {
  const ranked = runCommand(depsOf(), ['queries', 'rank', 'attention', ...days])
  await expect(ranked).rejects.toMatchObject({ code: 'usage.wrong', message, exit: 2 })
})

describe('`queries test`', () => {
  const testQuery = (...args: string[]) => runCommand(depsOf(), ['queries', 'test', ...args])

  test('counts by day, and has the latest papers with their reasons', async () => {
    const { json, text } = await testQuery('attention', '--days', '3')
    expect(text).toBe(
      [
        'Understood: Papers with attention.',
        '1 paper (100 % of 1), first listed from 2026-11-22 to 2026-11-24 (UTC); 0 come close.',
        'day         match  close',
        '2026-11-22  0      0',
        '2026-11-23  0      0',
        `2026-11-24  1      0      ${'#'.repeat(30)}`,
        'Latest matches:',
        '  2026-11-24  2611.00001  Linear O(n) Attention',
        '    Matched: attention, in the title',
      ].join('\n'),
    )
    expect(json).toMatchObject({ query: 'attention', days: 3, total: 1, nothing: null })
  })

  test('has no count of a week on a new site', async () => {
    expect((await testQuery('attention')).json).toMatchObject({ papers: 1, total: 1, width: 'fits' })
  })

  test('has what each term matches by itself, and what would match more', async () => {
    const earlier = JSON.stringify([{ id: '2610.00001', title: 'Proofs by Machines' }])
    await importPapers(depsOf(), { text: earlier, day: '2026-10-28' })
    const { json, text } = await testQuery('"O(n) attention" -survey')
    const lines = text.split('\n')
    expect(lines.slice(-6)).toEqual([
      'term              papers     of all papers',
      '"O(n) attention"  1          50 %',
      '-survey           removes 0',
      'Latest matches:',
      '  2026-11-24  2611.00001  Linear O(n) Attention',
      '    Matched: O(n) attention, in the title',
    ])
    expect(json).toMatchObject({ papers: 2, share: 0.5, width: 'narrow', offers: [], overlap: [] })
  })

  test('has 30 days by default; if nothing matched, it has what would match, with its papers', async () => {
    const { json, text } = await testQuery('attention xylophone')
    expect(json).toMatchObject({ from: '2026-10-26', to: '2026-11-24', days: 30, total: 0 })
    expect(json).toMatchObject({
      offers: [{ query: 'attention', papers: 1 }],
      instead: [{ id: '2611.00001' }],
    })
    expect(text.split('\n')).toContain('No paper of these days mentions: xylophone')
    expect(text.split('\n').slice(-5)).toEqual([
      'For more papers, try:',
      '  attention: 1 paper',
      'One paper matches “attention”:',
      '  2026-11-24  2611.00001  Linear O(n) Attention',
      '    Matched: attention, in the title',
    ])
  })

  test('does not call a query for a single paper too narrow', async () => {
    expect((await testQuery('2611.00001')).json).toMatchObject({ total: 1, width: 'fits' })
  })

  test('finds the author by a name without quotes', async () => {
    const byGu = JSON.stringify([{ id: '2611.00002', title: 'Scans', authors: ['Albert Gu'] }])
    await importPapers(depsOf(), { text: byGu })
    const { text } = await testQuery('author:Albert Gu')
    expect(text.split('\n')).toContain('    Author: Albert Gu')
  })

  test.each<[args: string[], code: ErrorCode]>([
    [['(attention'], 'query.bracket-open'],
    [['attention', '--days', '31'], 'preview.days'],
    [['attention', '--days', 'all'], 'preview.days'],
  ])('refuses %j with %s', async (args, code) => {
    await expect(testQuery(...args)).rejects.toMatchObject({ code, exit: 2 })
  })
})
