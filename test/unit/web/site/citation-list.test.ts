import { expect, test } from 'vitest'
import {
  type CitationFormat,
  citation,
  citationList,
  citationPieces,
} from '../../../../src/web/site/citations.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const SITE = 'https://papers.example.org'
const PAPERS = [1, 2, 3].map((id) => samplePaper({ id, title: `Title ${id}`, arxivId: `2511.0000${id}` }))
const cited = (note: string) => PAPERS.map((paper) => ({ paper, note }))
const alone = (format: CitationFormat) =>
  PAPERS.map((paper) => citation(format, paper, `${SITE}/papers/${paper.arxivId}`))

test('a list has each paper as its own file has it', async () => {
  expect(await citationList('bib', cited(''), SITE)).toBe(alone('bib').join('\n'))
  expect(await citationList('ris', cited(''), SITE)).toBe(alone('ris').join(''))
  expect(JSON.parse(await citationList('csl.json', cited(''), SITE))).toEqual(
    alone('csl.json').flatMap((text) => JSON.parse(text)),
  )
})

test('an empty list is a file without papers', async () => {
  expect(await citationList('bib', [], SITE)).toBe('')
  expect(JSON.parse(await citationList('csl.json', [], SITE))).toEqual([])
})

test('each format has the reason of a paper as a note that bibliographies do not print', async () => {
  const [bib, ris, csl] = await Promise.all(
    (['bib', 'ris', 'csl.json'] as const).map((format) => citationList(format, cited('Robots'), SITE)),
  )
  expect(bib!.match(/annote = \{Robots\}/g)).toHaveLength(3)
  expect(ris!.match(/N1 {2}- Robots\r\n/g)).toHaveLength(3)
  expect(JSON.parse(csl!)).toMatchObject(PAPERS.map(() => ({ note: 'Robots' })))
})

test('a list comes in pieces, and no more of it is read than is needed', async () => {
  let read = 0
  function* many() {
    for (const id of Array(1000).keys()) {
      read += 1
      yield { paper: samplePaper({ id, arxivId: `2511.${10_000 + id}` }), note: '' }
    }
  }
  const pieces = citationPieces('bib', many(), SITE)
  const first = await pieces.next()
  await pieces.return()
  expect(String(first.value).match(/^@misc/gm)).toHaveLength(20)
  expect(read).toBe(20)
})
