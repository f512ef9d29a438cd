import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Day } from '../../../src/core/dates.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { Archive } from '../../../src/queries/archive.ts'
import { PaperIndex } from '../../../src/queries/matching/paper-index.ts'
import type { Usage } from '../../../src/queries/meaning/usage.ts'
import { LatentSpace } from '../../../src/queries/ranking/latent-space.ts'
import { SpaceLearner } from '../../../src/queries/ranking/learn-space.ts'
import { wordCounts } from '../../../src/queries/ranking/tf-idf.ts'
import { toPaperText } from '../../../src/queries/text/tokens.ts'
import { parseDailyPapers } from '../../../src/sources/huggingface/parse-daily-papers.ts'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { arxivPapers } from '../../support/archived-papers.ts'
import { recordedDay, recordedDays } from '../../support/recorded-days.ts'
import { paperOf } from '../../support/recorded-papers.ts'
import { testData } from '../../support/test-data.ts'
import { usageOf } from '../../support/usage-of.ts'
import type { NeedSet } from './needs.ts'

const FEW = 300

interface RecordedDay {
  day: Day
  entries: unknown[]
}

/** Every recorded day of Hugging Face, the oldest first: in TEST_DATA, or of the project's fixtures without it. */
function huggingFaceDays(): RecordedDay[] {
  const archive = testData('huggingface/archive')
  const labelled = testData('relevance/days')
  const days = [
    ...recordedDays('daily').map((day) => ({ day, entries: recordedDay('daily', day) })),
    ...filesOf(archive, (file) => gunzipSync(readFileSync(file)).toString('utf8')),
    ...filesOf(labelled, (file) => readFileSync(file, 'utf8')),
  ]
  return days.sort((a, b) => a.day.localeCompare(b.day))
}

const filesOf = (folder: string | undefined, textOf: (file: string) => string): RecordedDay[] =>
  folder
    ? readdirSync(folder).map((name) => ({
        day: name.slice(0, 10),
        entries: JSON.parse(textOf(join(folder, name))) as unknown[],
      }))
    : []

/** The papers of Hugging Face, each on the day on which it was listed first, the oldest day first. */
export function huggingFacePapers(): Paper[] {
  const papers = new Map<string, Paper>()
  for (const { day, entries } of huggingFaceDays()) {
    for (const record of parseDailyPapers(entries).records) {
      const paper = { ...paperOf(record, papers.size + 1), firstDay: day }
      if (!papers.has(paper.arxivId!)) papers.set(paper.arxivId!, paper)
    }
  }
  return [...papers.values()]
}

const COMPUTING = /^(cs|stat)\b/

/**
 * The papers of Hugging Face, and the same with those of arXiv's days that are of other fields than computer science and
 * statistics. A paper has the same id in both; ids ascend by day.
 */
export function recordedArchives(): Record<'huggingFace' | 'mixed', Paper[]> {
  const huggingFace = huggingFacePapers()
  const isListed = new Set(huggingFace.map(({ arxivId }) => arxivId))
  const others = arxivPapers().filter(
    ({ arxivId, categories }) => !isListed.has(arxivId) && !COMPUTING.test(categories[0] ?? ''),
  )
  const mixed = [...huggingFace, ...others]
    .sort((a, b) => a.firstDay.localeCompare(b.firstDay))
    .map((paper, i) => ({ ...paper, id: i + 1 }))
  return { huggingFace: mixed.filter(({ arxivId }) => isListed.has(arxivId)), mixed }
}

/** The papers that were read for a set of needs, and others drawn by a fixed seed, 300 in all. */
export function fewPapers(papers: readonly Paper[], set: NeedSet): Paper[] {
  const random = randomFrom(1)
  const drawn = papers
    .filter((paper) => !set.isJudged(paper))
    .map((paper) => ({ paper, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ paper }) => paper)
  const chosen = new Set([...papers.filter(set.isJudged), ...drawn].slice(0, FEW))
  return papers.filter((paper) => chosen.has(paper))
}

/** With what the service learns from the papers each night. */
export const archiveFrom = (papers: readonly Paper[]): Archive => archiveWith(papers, learn(papers))

interface Models {
  usage: Usage
  space: LatentSpace
}

export function learn(papers: readonly Paper[]): Models {
  const learner = new SpaceLearner()
  for (const paper of papers.toReversed()) learner.add(wordCounts(toPaperText(paper)))
  return { usage: usageOf(papers), space: LatentSpace.decode(learner.learn().encode()) }
}

export function archiveWith(papers: readonly Paper[], { usage, space }: Models): Archive {
  const archive = new Archive(new PaperIndex())
  archive.index.upsert(papers)
  archive.usage = usage
  archive.computeVectors(space)
  return archive
}
