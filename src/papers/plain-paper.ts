import { createHash } from 'node:crypto'
import { LruCache } from '../core/lru-cache.ts'
import type { Paper } from './paper.ts'
import { type PageRun, pageRuns } from './text/page-runs.ts'
import { paperSentenceOf, plainText } from './text/plain-text.ts'

/** The texts of a paper for lists, without TeX. */
export interface PlainPaper {
  title: PageRun[]
  sentence: string
  authors: string[]
  organization: string
  keywords: string[]
}

/** Increases when the same texts give another `PlainPaper`: stored ones are then replaced. */
export const PLAIN_VERSION = 1

/** In some 2 kB each. */
const MAX_KEPT = 5000

const kept = new LruCache<string, PlainPaper>(MAX_KEPT)

/** Identifies the texts of a paper, and the version of the program that reads them. */
export const plainFingerprint = (paper: Paper): string => {
  const { title, abstract, summary, authors, organization, keywords } = paper
  const texts = [PLAIN_VERSION, title, abstract, summary, authors, organization, keywords]
  return createHash('md5').update(JSON.stringify(texts)).digest('base64')
}

/** Whether `plainPaperOf` has it in memory. */
export const isKept = (fingerprint: string): boolean => kept.get(fingerprint) !== undefined

/** Keeps a stored one in memory, for `plainPaperOf`. */
export const keepPlain = (fingerprint: string, plain: PlainPaper): PlainPaper => kept.set(fingerprint, plain)

/** Reading TeX and sentences takes a millisecond, so it is done once. */
export function plainPaperOf(paper: Paper): PlainPaper {
  const fingerprint = plainFingerprint(paper)
  return kept.get(fingerprint) ?? keepPlain(fingerprint, readPaper(paper))
}

const readPaper = (paper: Paper): PlainPaper => ({
  title: pageRuns(paper.title),
  sentence: paperSentenceOf(paper, plainText(paper.abstract)).sentence,
  authors: paper.authors.map(plainText),
  organization: plainText(paper.organization ?? ''),
  keywords: paper.keywords.map(plainText),
})
