import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Day } from '../../src/core/dates.ts'
import type { Paper } from '../../src/papers/paper.ts'
import { seedPapers } from './recorded-days.ts'
import { recordedPapers } from './recorded-papers.ts'
import { samplePaper } from './sample-paper.ts'
import { testData } from './test-data.ts'

const folder = testData('papers')

interface Row {
  id?: string
  arxiv_id?: string
  title: string
  summary?: string
  abstract?: string
  authors: string[]
  categories?: string[]
  cate?: string
}

/** Whole days of arXiv in TEST_DATA, each paper once, on the last of its days; empty without them. */
export function arxivPapers(): Paper[] {
  if (!folder) return []
  const papers = readdirSync(folder)
    .sort()
    .flatMap((name) => rowsOf(join(folder, name)).map((row) => toPaper(row, name.slice(0, 10))))
  const distinct = new Map(papers.map((paper) => [paper.arxivId, paper]))
  return [...distinct.values()].map((paper, i) => ({ ...paper, id: i + 1 }))
}

function toPaper(row: Row, firstDay: Day): Paper {
  const { title, authors, categories = row.cate ? [row.cate] : [] } = row
  const abstract = (row.summary ?? row.abstract ?? '').replace(/\s+/g, ' ')
  return samplePaper({ title, abstract, authors, categories, arxivId: row.id ?? row.arxiv_id, firstDay })
}

function rowsOf(file: string): Row[] {
  const text = gunzipSync(readFileSync(file)).toString('utf8')
  if (file.endsWith('.json.gz')) return (JSON.parse(text) as { papers: Row[] }).papers
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

/** Every paper of the recordings and of arXiv's days in TEST_DATA, numbered from 1. */
export function everyPaper(): Paper[] {
  const seed = seedPapers().map((paper) => {
    const { title, summary } = paper as { title: string; summary: string }
    return samplePaper({ title, abstract: summary })
  })
  return [...recordedPapers(), ...arxivPapers(), ...seed].map((paper, i) => ({ ...paper, id: i + 1 }))
}
