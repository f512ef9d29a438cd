import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Fault } from '../../../../src/core/errors.ts'
import type { Paper } from '../../../../src/papers/paper.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { hasBit } from '../../../../src/queries/matching/bits.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { PaperIndex } from '../../../../src/queries/matching/paper-index.ts'
import { QuerySet } from '../../../../src/queries/matching/query-set.ts'
import { meaningOf } from '../../../../src/queries/meaning/meaning-of.ts'
import type { Query } from '../../../../src/queries/query.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { everyPaper } from '../../../support/archived-papers.ts'
import { matchingOracle } from '../../../support/matching-oracle.ts'
import { recordingsAre } from '../../../support/recorded-days.ts'
import { recordedPapers } from '../../../support/recorded-papers.ts'
import { testData } from '../../../support/test-data.ts'
import { usageOf } from '../../../support/usage-of.ts'

const further = testData('filters')
const folder = further ?? resolve(import.meta.dirname, '../../../fixtures/filters')

interface Row {
  kind: string
  text: string
}

const lines = (name: string): string[] => readFileSync(join(folder, name), 'utf8').trim().split('\n')

/** Every filter as it was typed, and other ways to type the same words. */
function typedQueries(): string[] {
  const rows = lines('filters.jsonl').map((line) => JSON.parse(line) as Row)
  const quoted = (text: string) => `"${text.replaceAll('"', '')}"`
  return [
    ...rows.map(({ text }) => text),
    ...rows.filter(({ kind }) => /^keyword|query/.test(kind)).map(({ text }) => quoted(text)),
    ...rows.filter(({ kind }) => kind === 'exclude').map(({ text }) => `(model or data) NOT ${quoted(text)}`),
    ...rows
      .filter(({ kind }) => kind === 'keyword')
      .map(({ text }) => `title:(${text.replace(/[()"]/g, '')})`),
    ...rows
      .filter(({ kind }) => kind === 'filter_group')
      .map(({ text }) =>
        (JSON.parse(text) as { any_of: string[] }).any_of.filter(Boolean).map(quoted).join(' OR '),
      ),
    ...lines('boolean-queries.tsv')
      .slice(1)
      .map((line) => line.split('\t')[0] ?? ''),
    ...[
      'author:wang',
      'author:"yang li"',
      'au:li -au:wang',
      'org:google',
      'org:"Hugging Face"',
      'has:code votes>=20',
    ],
    ...[
      'votes>=50 OR (has:code agent)',
      'keyword:"large language models"',
      'keyword:diffusion',
      'C++',
      'GPT-4o',
      '3D',
    ],
    ...[
      'R-CNN',
      'U-Net',
      'vision-language-action',
      'llms',
      'gpus',
      'RAG-based',
      '"state of the art"',
      'Qwen2.5',
    ],
  ]
}

/** Trees of the key words of a sentence, or of one paper. */
function treesOfSome(): Query[] {
  const words = ['latent', 'representation', 'robot', 'manipulation', 'LLM'].map((text) => parseQuery(text))
  const [first] = recordedPapers()
  return [
    ...[1, 2, 3, 4, 5].map((least): Query => ({ kind: 'some', least, parts: words })),
    { kind: 'and', parts: [words[4]!, { kind: 'not', part: { kind: 'some', least: 2, parts: words } }] },
    { kind: 'or', parts: [{ kind: 'paper', name: first!.arxivId ?? `id:${first!.id}` }, words[2]!] },
    { kind: 'paper', name: 'doi:10.1000/none' },
  ]
}

interface Read {
  queries: Query[]
  faults: number
}

function readAll(texts: string[]): Read {
  const read: Read = { queries: [], faults: 0 }
  for (const text of new Set(texts)) {
    try {
      read.queries.push(parseQuery(text))
    } catch (error) {
      expect(error instanceof Fault && error.code.startsWith('query.'), text).toBe(true)
      read.faults++
    }
  }
  return read
}

// All of them take two minutes: THOROUGH=1 does that.
const papersOf = (): Paper[] => everyPaper().filter((_, i) => process.env.THOROUGH === '1' || i % 64 === 0)

test('`evaluate`, a query set and the oracle match the same papers by every filter that people typed', () => {
  const papers = papersOf()
  const texts = papers.map((paper) => toPaperText(paper))
  const oracle = matchingOracle(papers)
  const { queries: typed, faults } = readAll(typedQueries())
  const usage = usageOf(everyPaper())
  const queries = [...typed, ...typed.map((query) => meaningOf(query, usage)), ...treesOfSome()]
  const kinds = JSON.stringify(queries)
  expect(kinds).toContain('"also":true')
  const index = new PaperIndex()
  index.upsert(papers)
  const set = new QuerySet(index)
  let met = 0
  const disagreements: string[] = []
  for (const query of queries) {
    const expected = oracle(query)
    const bits = set.peekMatches(set.add(query))
    for (const [i, text] of texts.entries()) {
      const matches = evaluate(query, text) !== null
      if (matches) met++
      if (matches !== expected[i] || matches !== hasBit(bits, i))
        disagreements.push(`${JSON.stringify(query)}: ${papers[i]?.title}`)
    }
  }
  const where = further ? 'filters in TEST_DATA' : "the project's own filters"
  console.log(
    `${where}: ${queries.length} read, ${faults} refused; ${papers.length} papers, ${recordingsAre}; ${met} matches`,
  )
  expect(disagreements.slice(0, 10)).toEqual([])
  expect(queries.length).toBeGreaterThan(20)
  expect(met).toBeGreaterThan(20)
}, 600_000)
