// How right the papers are that a topic returns: npm run bench -- relevance [--json]
// Twenty needs of the project over four recorded days, and further ones of TEST_DATA over six. For the project's own, two
// readers labelled each paper for each need, 2 (clearly wanted), 1 (marginal) or 0, from titles and abstracts, before any
// program's result was seen; a paper's label is the lower of the two. The readers are two runs of one language model, so
// their agreement says less than that of two people. Each need is asked in three archives, with what the service learns
// from each: Hugging Face with other fields, Hugging Face by itself, and 300 papers. Precision and recall are means over the
// needs that want something; a need without papers has a precision of 0. Intervals are of samples of the needs.
// Beside ours: Postgres' own search, BM25 from a threshold that is chosen on the same needs, and the order by votes.
import { parseArgs } from 'node:util'
import { noTestData, testData } from '../support/test-data.ts'
import { type MeasuredAbsent, measureAbsent } from './relevance/absent-topics.ts'
import { archiveFrom, fewPapers, recordedArchives } from './relevance/archives.ts'
import { capText, measureCap } from './relevance/cap.ts'
import { type Measured, measureNeeds } from './relevance/measure.ts'
import { furtherNeeds, ownNeeds, readersKappa } from './relevance/needs.ts'
import { searchByPostgres } from './relevance/postgres.ts'
import { measureReaders, readersText } from './relevance/reader.ts'
import {
  absentText,
  groupsOf,
  mapText,
  needsText,
  type Summary,
  scoresText,
  summaryOf,
  totalsText,
} from './relevance/report.ts'

export async function benchRelevance(args: string[]): Promise<{ json: unknown; text: string }> {
  parseArgs({ args, options: { json: { type: 'boolean' } } })
  if (!testData('huggingface')) return { json: null, text: `Not measured: ${noTestData('huggingface')}.` }
  const own = ownNeeds()
  const further = furtherNeeds()
  const sets = further ? [own, further] : [own]
  const { huggingFace, mixed } = recordedArchives()
  const judged = mixed.filter((paper) => sets.some((set) => set.isJudged(paper)))
  const needs = sets.flatMap((set) => set.needs)
  const foundByPostgres = await searchByPostgres(judged, needs)
  const mixedArchive = archiveFrom(mixed)
  const archives = [
    { name: 'mixed', archive: mixedArchive, papers: mixed, sets },
    { name: 'Hugging Face', archive: archiveFrom(huggingFace), papers: huggingFace, sets },
    ...sets.map((set) => {
      const papers = fewPapers(huggingFace, set)
      return { name: 'of 300', archive: archiveFrom(papers), papers, sets: [set] }
    }),
  ]
  const measured = archives.flatMap((one) =>
    one.sets.flatMap((set) => measureNeeds(set, { ...one, foundByPostgres })),
  )
  const summaries = groupsOf(measured).map(summaryOf)
  const absent = archives.map(({ name, archive }) => measureAbsent(name, archive))
  const ownJudged = mixed.filter(own.isJudged)
  const capped = measureCap(mixedArchive, own.needs, ownJudged)
  const readers = measureReaders(mixedArchive, mixed, sets)
  const agreement = readersKappa(ownJudged.length)
  return {
    json: { summaries, absent, measured, capped, readers, agreement },
    text: [
      report(summaries, absent, measured),
      capText(capped),
      `Matched + related in the mixed archive, with stand-ins for READER_URL that grade by the labels\n${readersText(readers)}`,
      `Agreement of the two readers of the project's needs: kappa ${agreement.toFixed(2)}`,
      further ? '' : `Only the project's needs: ${noTestData('relevance')}.`,
    ]
      .join('\n\n')
      .trim(),
  }
}

function report(
  summaries: readonly Summary[],
  absent: readonly MeasuredAbsent[],
  measured: readonly Measured[],
): string {
  return [
    scoresText(summaries),
    mapText(summaries),
    totalsText(summaries),
    `Topics that no paper is about\n${absentText(absent)}`,
    `Each need in the mixed archive, papers as wanted/at least marginal/all\n${needsText(
      measured.filter(({ archive }) => archive === 'mixed'),
    )}`,
  ].join('\n\n')
}
