import { expect, test } from 'vitest'
import { addQueryCommands } from '../../../src/commands/queries.ts'
import { readConfig } from '../../../src/config.ts'
import { importPapers } from '../../../src/flows/papers/import-papers.ts'
import { stoppedClock } from '../../../src/platform/clock.ts'
import type { ErrorCode } from '../../../src/platform/error-table.ts'
import { silentLog } from '../../../src/platform/log.ts'
import type { Deps } from '../../../src/wiring.ts'
import { runCommand } from '../../support/commands.ts'
import { useDatabase } from '../../support/database.ts'

const database = useDatabase()

const depsOf = (): Deps => ({
  config: readConfig({}),
  clock: stoppedClock(new Date('2026-11-24T09:00:00Z')),
  log: silentLog,
  db: database.db,
  databaseUrl: database.url,
})

const explain = (query: string, paper = '2611.00001') =>
  runCommand(addQueryCommands, depsOf(), ['queries', 'explain', query, '--paper', paper])

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
      '  It lacks: quantum',
      '  It has, though the query says not: vision, in the abstract',
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
])('%s on %s is refused with %s', async (query, paper, code) => {
  await expect(explain(query, paper)).rejects.toMatchObject({ code })
})
