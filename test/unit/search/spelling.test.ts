import { expect, test } from 'vitest'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { writeTree } from '../../../src/queries/language/write-query.ts'
import { respelled } from '../../../src/search/spelling.ts'
import { archiveOf } from '../../support/archive-of.ts'
import { samplePaper } from '../../support/sample-paper.ts'

const archive = archiveOf(
  Array.from({ length: 6 }, (_, i) =>
    samplePaper({
      id: i + 1,
      title: 'Quantum chemistry',
      abstract: `Chemistry of a world of molecules, ${i === 0 ? 'chemisorption, rare' : 'attention, diffusion'} policies.`,
      authors: ['Songlin Yang'],
    }),
  ),
)

test.each([
  ['chemsitry', 'chemistry'],
  ['quantum chemestry', 'quantum chemistry'],
  ['diffussion OR polcies', 'diffusion OR policies'],
  ['wrold', 'world'],
  ['Ynag', null],
  ['author:Ynag', 'author:yang'],
  ['attention -chemsitry', null],
  ['author:Songlim', 'author:songlin'],
  ['"chemsitry"', null],
  ['chemistry', null],
  // in too few papers, too short, or nothing like it
  ['chemisorptin', null],
  ['moe', null],
  ['xylophone', null],
  // too many words
  ['chemsitry x1 x2 x3 x4 x5 x6 x7 x8 x9 x10', null],
])('the proposed spelling of %s is %s', (query, expected) => {
  const changed = respelled(archive, parseQuery(query))
  expect(changed && writeTree(changed)).toBe(expected)
})
