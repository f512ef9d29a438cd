import { readFileSync } from 'node:fs'
import { type Day, parseDay } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { importPapers } from '../../papers/import-papers.ts'
import { type IngestedDay, ingestDay } from '../../papers/ingest.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperNameOf } from '../../papers/paper-key.ts'
import { listPapers } from '../../search/search-papers.ts'
import { sourceStateText } from '../source-text.ts'
import { type AddCommands, table } from './command-line.ts'

const DATE = ['--date <date>', 'a day (UTC) such as 2026-11-24'] as const
const DRY_RUN = ['--dry-run', 'show what would change; changes nothing'] as const

interface FetchOptions {
  date: string
  source?: string
  dryRun?: boolean
}

interface ImportOptions {
  date?: string
  dryRun?: boolean
}

interface ListOptions {
  date: string
  query?: string
}

export const addPaperCommands: AddCommands = (program, cli) => {
  const noun = program.command('papers').description('papers by day')
  noun
    .command('fetch')
    .description('fetch a day from the sources now')
    .requiredOption(...DATE)
    .option('--source <source>', 'only this source')
    .option(...DRY_RUN)
    .action(
      cli.action(async (deps, { date, source, dryRun }: FetchOptions) => {
        const day = parseDay(date)
        const recorded: IngestedDay[] = []
        for (const name of source ? [source] : deps.config.SOURCES)
          recorded.push(await ingestDay(deps, { source: name, day, dryRun }))
        return outputOf(recorded, dryRun)
      }),
    )
  noun
    .command('import')
    .description("import papers from a file: the API's JSON for a day, or [{title, summary, …}]")
    .argument('<file>')
    .option(DATE[0], `${DATE[1]}; default: today`)
    .option(...DRY_RUN)
    .action(
      cli.action(async (deps, file: string, { date, dryRun }: ImportOptions) => {
        const day = date === undefined ? undefined : parseDay(date)
        const recorded = await importPapers(deps, { text: readText(file), day, dryRun })
        const { json, text } = outputOf([recorded], dryRun)
        return { json: json[0], text }
      }),
    )
  noun
    .command('list')
    .description('the papers of a day, most votes first')
    .requiredOption(...DATE)
    .option('--query <query>', 'only those that match this query')
    .action(
      cli.action(async (deps, { date, query }: ListOptions) => {
        const day = parseDay(date)
        const papers = await listPapers(deps, { day, query })
        return { json: papers.map((paper) => jsonOf(paper, day)), text: textOf(papers, day) }
      }),
    )
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Fault('import.no-file', { file }, { cause })
  }
}

function outputOf(recorded: IngestedDay[], dryRun = false) {
  const lines = recorded.flatMap(({ source, day, listed, added, changed, refused, rejected, stands }) => [
    `${source} ${day}: ${listed} listed, ${added} new, ${changed} changed${stands && listed === 0 ? `; ${sourceStateText(stands)}` : ''}`,
    ...refused.map(({ index, why }) => `  entry ${index} left out: ${why}`),
    ...rejected.map(({ paper, why }) => `  ${paper} rejected by the database: ${why}`),
  ])
  if (dryRun) lines.unshift('Dry run, nothing was changed. The output would be:')
  return { json: recorded.map((one) => ({ ...one, dryRun })), text: lines.join('\n') }
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
  project: paper.projectUrl,
  published: paper.publishedAt,
})

function textOf(papers: Paper[], day: Day): string {
  if (papers.length === 0) return `No papers on ${day}.`
  return table(
    ['id', 'votes', 'title'],
    papers.map((paper) => [paperNameOf(paper), paper.votes, paper.title]),
  )
}
