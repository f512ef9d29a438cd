import { describe, expect, test } from 'vitest'
import { PaperIndex } from '../../../../src/queries/matching/paper-index.ts'
import { GAP } from '../../../../src/queries/matching/segment.ts'
import { recordedPapers } from '../../../support/recorded-papers.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

/** "px", "px1", …: words that no other prefix has. */
const wordsOf = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n.toString(36)}x`)

const paperOf = (id: number, title: string[], abstract: string[]) =>
  samplePaper({ id, title: title.join(' '), abstract: abstract.join(' '), keywords: [] })

/** An index whose vocabulary has more words than those of its first papers. */
function largeIndex(): PaperIndex {
  const index = new PaperIndex()
  for (let id = 1; index.vocabularies.prose.size <= 5000; id++)
    index.upsert([paperOf(id, [`title${id}`], wordsOf(`early${id}q`, 400))])
  return index
}

const papersWith = (index: PaperIndex, word: string): number => index.frequencies.ofKey(word)

describe('a paper with 1,000 words that no other paper has', () => {
  const [title, abstract] = [wordsOf('title', 10), wordsOf('text', 990)]

  test('has its title and the first words of its text in the index, 150 together', () => {
    const index = largeIndex()
    const before = index.vocabularies.prose.size
    index.upsert([paperOf(900, title, abstract)])
    expect(index.vocabularies.prose.size - before).toBe(150)
    expect(title.map((word) => papersWith(index, word))).toEqual(title.map(() => 1))
    expect(papersWith(index, abstract[139]!)).toBe(1)
    expect(papersWith(index, abstract[140]!)).toBe(0)
    expect(index.text(index.docIdOf(900)!, 'abstract')).toHaveLength(990)
  })

  test('has words that earlier papers have, too; a later paper with one of the others has it', () => {
    const index = largeIndex()
    index.upsert([paperOf(900, title, [...abstract, 'early1q0x'])])
    expect(papersWith(index, 'early1q0x')).toBe(2)
    index.upsert([paperOf(901, ['Another'], [abstract[140]!])])
    expect(papersWith(index, abstract[140]!)).toBe(1)
  })

  test('among the first papers has all of its words', () => {
    const index = new PaperIndex()
    index.upsert([paperOf(900, title, abstract)])
    expect(papersWith(index, abstract.at(-1)!)).toBe(1)
  })
})

test('every word of real papers is in the index', () => {
  const index = new PaperIndex()
  const papers = recordedPapers().map((paper, i) => ({ ...paper, id: i + 1 }))
  index.upsert(papers)
  for (const { id } of papers)
    for (const part of ['title', 'abstract'] as const)
      expect(index.text(index.docIdOf(id)!, part).includes(GAP)).toBe(false)
})
