import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Paper } from '../../src/papers/paper.ts'
import { seedPapers } from './recorded-days.ts'
import { recordedPapers } from './recorded-papers.ts'
import { samplePaper } from './sample-paper.ts'

const folder = resolve(import.meta.dirname, '../../../shared/data/papers')

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

/** Whole days of arXiv beside the checkout, each paper once; none where there are no such files. */
export function arxivPapers(): Paper[] {
  if (!existsSync(folder)) return []
  const rows = readdirSync(folder).sort().flatMap(rowsOf)
  const distinct = new Map(rows.map((row) => [row.id ?? row.arxiv_id!, row]))
  return [...distinct].map(([arxivId, row], i) => {
    const { title, authors, categories = row.cate ? [row.cate] : [] } = row
    const abstract = (row.summary ?? row.abstract ?? '').replace(/\s+/g, ' ')
    return samplePaper({ id: i + 1, title, abstract, authors, categories, arxivId })
  })
}

function rowsOf(name: string): Row[] {
  const text = gunzipSync(readFileSync(join(folder, name))).toString('utf8')
  if (name.endsWith('.json.gz')) return (JSON.parse(text) as { papers: Row[] }).papers
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

/** Every paper that there is beside the checkout, else of the project's own fixtures, numbered from 1. */
export function everyPaper(): Paper[] {
  const seed = seedPapers().map((paper) => {
    const { title, summary } = paper as { title: string; summary: string }
    return samplePaper({ title, abstract: summary })
  })
  return [...recordedPapers(), ...arxivPapers(), ...seed].map((paper, i) => ({ ...paper, id: i + 1 }))
}
