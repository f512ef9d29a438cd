import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { matchingOracle } from '../../../support/matching-oracle.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const PAPERS = [
  { title: 'Umlaut', authors: ['Jörg Müller', 'Ann Strauß'], organization: 'Universität Zürich' },
  { title: 'Transcribed', authors: ['Joerg Mueller'], organization: 'Universitaet Zuerich' },
  { title: 'Without', authors: ['Jorg Muller', 'Ann Strauss'], organization: 'Universitat Zurich' },
  { title: 'Ole', authors: ['Søren Åberg'] },
  { title: 'Soeren', authors: ['Soeren Aaberg'] },
  { title: 'A Schrödinger bridge' },
  { title: 'A Schroedinger bridge' },
  { title: 'A queue of values for a poet' },
  { title: 'A que of valus for a pot' },
].map((facts, i) => samplePaper({ ...facts, id: i + 1 }))

const archive = archiveOf(PAPERS)
const texts = PAPERS.map((paper) => toPaperText(paper))
const oracle = matchingOracle(PAPERS)

test.each([
  ['author:Müller', [1, 2, 3]],
  ['author:mueller', [1, 2]],
  ['author:muller', [1, 3]],
  ['author:"Mueller Jörg"', [1, 2]],
  ['author:strauss', [1, 3]],
  ['author:Strauß', [1, 3]],
  ['author:soeren', [4, 5]],
  ['author:Søren', [4, 5]],
  ['author:aaberg', [4, 5]],
  ['author:Åberg', [4, 5]],
  ['org:"Universität Zürich"', [1, 2, 3]],
  ['org:"Universitaet Zürich"', [1, 2]],
  ['org:zuerich', [1, 2]],
  ['"Schrödinger bridge"', [6, 7]],
  ['"schroedinger bridge"', [6, 7]],
  ['schrodinger', [6]],
  ['queue', [8]],
  ['poet', [8]],
  ['value', [8]],
  ['que', [9]],
  ['pot', [9]],
])('%s finds the same letters in either spelling: %j', (query, ids) => {
  const tree = parseQuery(query)
  const found = archive.attributesOf(archive.find(tree)).map(({ id }) => id)
  const evaluated = PAPERS.filter((_, i) => evaluate(tree, texts[i]!)).map(({ id }) => id)
  const expected = PAPERS.filter((_, i) => oracle(tree)[i]).map(({ id }) => id)
  expect({ found, evaluated, expected }).toEqual({ found: ids, evaluated: ids, expected: ids })
})

test('a word is marked in the spelling of the paper', () => {
  for (const [i, found] of [
    [5, 'Schrödinger'],
    [6, 'Schroedinger'],
  ] as const)
    for (const query of ['schrödinger', 'schroedinger'])
      expect(evaluate(parseQuery(query), texts[i]!)!.matches).toMatchObject([{ where: 'title', found }])
})

test('the same papers are found whichever spelling was indexed first', () => {
  const backwards = archiveOf(PAPERS.toReversed())
  for (const query of ['author:mueller', 'author:Müller', 'schroedinger', 'schrodinger']) {
    const idsIn = (one: typeof archive) =>
      one
        .attributesOf(one.find(parseQuery(query)))
        .map(({ id }) => id)
        .sort()
    expect([query, idsIn(backwards)]).toEqual([query, idsIn(archive)])
  }
})
