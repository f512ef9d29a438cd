import { access, readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import type { Day } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { type ImportedFile, importFolder } from '../../papers/import-folder.ts'
import { importPapers, paperFileErrors } from '../../papers/import-papers.ts'
import { type IngestedDay, ingestDay } from '../../papers/ingest.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperNameOf } from '../../papers/paper-key.ts'
import { learnOrLog, MEASURED_GROWTH } from '../../queries/learned/learn.ts'
import { listPapers } from '../../search/search-papers.ts'
import { papersLike } from '../../search/similar-papers.ts'
import { sourceStateText } from '../source-status.ts'
import { day, wholeNumber } from './fields.ts'
import { DRY_RUN, operation } from './operation.ts'
import { quantity, table } from './text-table.ts'

const DATE = 'a day (UTC) such as 2026-11-24'
const DRY_RUN_HELP = 'show what would change; changes nothing'

const fetch = operation({
  name: 'papers fetch',
  summary: 'fetch a day from the sources now',
  effect: 'change',
  ownTransactions: true,
  input: z.object({ date: day, source: z.string().optional() }),
  run: async (deps, { date, source }, { dryRun }) => {
    const recorded: IngestedDay[] = []
    for (const name of source ? [source] : deps.config.SOURCES)
      recorded.push(await ingestDay(deps, { source: name, day: date, dryRun }))
    if (!dryRun) await learnOrLog(deps)
    return recorded.map((one) => ({ ...one, dryRun }))
  },
  output: (recorded, _input, _deps, { dryRun }) => ({ text: textOfIngested(recorded, dryRun) }),
  command: {
    options: { date: ['--date <date>', DATE], source: ['--source <source>', 'only this source'] },
    dryRun: DRY_RUN_HELP,
  },
})

const importFile = operation({
  name: 'papers import',
  summary:
    "import papers from a file (the API's JSON for a day, or [{title, summary, …}]) or a folder of such files",
  effect: 'change',
  ownTransactions: true,
  input: z.object({ file: z.string(), date: day.optional() }),
  run: async (deps, { file, date }, { dryRun }) => {
    const isFolder = await stat(file).then((found) => found.isDirectory(), noFile(file))
    const imported = isFolder
      ? await importFolder(deps, { folder: file, day: date, dryRun })
      : await importPapers(deps, { text: await textIn(file), day: date, dryRun })
    if (!dryRun) await learnOrLog(deps)
    return imported
  },
  output: (imported, _input, _deps, { dryRun }) =>
    Array.isArray(imported)
      ? {
          json: imported.map((one) => ({ ...one, dryRun })),
          text: textOfFolder(imported, dryRun),
          exitCode: imported.some(({ error }) => error) ? 1 : 0,
        }
      : { json: { ...imported, dryRun }, text: textOfIngested([imported], dryRun) },
  command: {
    arguments: { file: ['<file>', 'or a folder: imports each .json file in it, for the day in its name'] },
    options: {
      date: ['--date <date>', `${DATE}; default: today; in a folder: for files without a date in their name`],
    },
    // The text is read later, so that it takes no memory while the papers are stored.
    readFiles: ({ file }) => access(file).then(() => ({}), noFile(file)),
    dryRun: DRY_RUN_HELP,
  },
})

const list = operation({
  name: 'papers list',
  summary: 'the papers of a day, most votes first',
  effect: 'read',
  input: z.object({ date: day, query: z.string().optional() }),
  run: (deps, { date, query }) => listPapers(deps, { day: date, query }),
  output: (papers, { date }) => ({
    json: papers.map((paper) => jsonOf(paper, date)),
    text: textOf(papers, date),
  }),
  command: {
    options: {
      date: ['--date <date>', DATE],
      query: ['--query <query>', 'only those that match this query'],
    },
  },
})

const like = operation({
  name: 'papers like',
  summary: 'papers similar to one, most similar first',
  effect: 'read',
  input: z.object({ paper: z.string(), limit: wholeNumber(1000).default(10) }),
  run: async (deps, { paper, limit }) => {
    await learnOrLog(deps, { growth: MEASURED_GROWTH })
    return papersLike(deps, { name: paper, limit })
  },
  output: (similar) => {
    const rows = similar.map(({ paper, score }) => {
      return [paperNameOf(paper), Math.round(score * 1000) / 1000, paper.title]
    })
    return { json: rows.map(([id, score]) => ({ id, score })), text: table(['id', 'score', 'title'], rows) }
  },
  command: {
    arguments: { paper: ['<id>', 'an arXiv id such as 2507.06457, or our number'] },
    options: { limit: ['--limit <n>', 'how many, from 1 to 1000'] },
  },
})

export const PAPER_OPERATIONS = [fetch, importFile, list, like]

const noFile = (file: string) => (cause: unknown) => {
  throw new Fault(paperFileErrors['import.no-file'], { file }, { cause })
}

const textIn = (file: string): Promise<string> => readFile(file, 'utf8').catch(noFile(file))

const textOfIngested = (recorded: IngestedDay[], dryRun: boolean): string =>
  [
    ...(dryRun ? [DRY_RUN] : []),
    ...recorded.flatMap(({ source, day, listed, added, changed, refused, rejected, stands }) => [
      `${source} ${day}: ${listed} listed, ${added} new, ${changed} changed${stands && listed === 0 ? `; ${sourceStateText(stands)}` : ''}`,
      ...refused.map(({ index, why }) => `  entry ${index + 1} left out: ${why}`),
      ...rejected.map(({ paper, why }) => `  ${paper} rejected by the database: ${why}`),
    ]),
  ].join('\n')

function textOfFolder(files: ImportedFile[], dryRun: boolean): string {
  const failed = files.filter(({ error }) => error !== undefined).length
  const lines = files.flatMap((one) =>
    one.error === undefined
      ? textOfIngested([one], false).replace(/^/, `${one.file}: `)
      : `${one.file}: not imported: ${one.message}`,
  )
  const count = `${quantity(files.length - failed, 'file')}${dryRun ? ' would be' : ''} imported`
  const left = failed > 0 ? `, ${failed} not` : ''
  return [...(dryRun ? [DRY_RUN] : []), ...lines, `${count}${left}.`].join('\n')
}

/** The form that `papers import` reads. */
const jsonOf = (paper: Paper, day: Day) => ({
  id: paperNameOf(paper),
  title: paper.title,
  summary: paper.abstract,
  day,
  votes: paper.votes,
  comments: paper.comments,
  authors: paper.authors,
  categories: paper.categories,
  keywords: paper.keywords,
  organization: paper.organization,
  code: paper.codeUrl,
  stars: paper.codeStars,
  project: paper.projectUrl,
  published: paper.publishedAt,
})

function textOf(papers: Paper[], day: Day): string {
  if (papers.length === 0) return `No papers on ${day}.`
  const rows = papers.map((paper) => [paperNameOf(paper), paper.votes, paper.title])
  return table(['id', 'votes', 'title'], rows)
}
