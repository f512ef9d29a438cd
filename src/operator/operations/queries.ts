import { z } from 'zod'
import {
  jsonOfTopicPreview,
  type PreviewJson,
  type PreviewPaperJson,
} from '../../digests/preview/preview-json.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { counted, listed, words } from '../../i18n/words.ts'
import { explainQuery, type QueryExplanation } from '../../search/explain-query.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { operation } from './operation.ts'
import { table } from './text-table.ts'

const LATEST = 10

const test = operation({
  name: 'queries test',
  summary: 'what a query would have matched recently, by day',
  effect: 'read',
  input: z.object({ query: z.string(), days: z.string().default('30') }),
  run: async (deps, { query, days }) => {
    const preview = await previewTopics(deps, { queries: [query], days: Number(days), latest: LATEST })
    return jsonOfTopicPreview(preview, preview.topics[0]!)
  },
  output: (preview) => ({ text: testText(preview) }),
  command: {
    arguments: { query: ['<query>'] },
    options: { days: ['--days <n>', `how many days up to today (UTC), from 1 to ${MAX_DAYS}`] },
  },
})

const explain = operation({
  name: 'queries explain',
  summary: 'why a query matches a paper or does not',
  effect: 'read',
  input: z.object({ query: z.string(), paper: z.string() }),
  run: explainQuery,
  output: (explained) => ({ text: explainText(explained) }),
  command: {
    arguments: { query: ['<query>'] },
    options: { paper: ['--paper <id>', 'an arXiv id such as 2507.06457, or our number'] },
  },
})

export const QUERY_OPERATIONS = [test, explain]

const MAX_BAR_LENGTH = 30

function testText(json: PreviewJson): string {
  const { understood, from, to, total, perDay, latest, nothing, absent } = json
  const highest = Math.max(1, ...perDay.map(({ papers }) => papers))
  const bar = (papers: number) => '#'.repeat(Math.ceil((papers / highest) * MAX_BAR_LENGTH))
  return [
    `Understood: ${understood}.`,
    // If nothing matched, the reason is at the end.
    ...(absent.length > 0 && !nothing ? [`No paper of these days has: ${absent.join(', ')}`] : []),
    `${counted(total, words.counts.paper)}${shareOf(json)}, first listed from ${from} to ${to} (UTC).`,
    table(
      ['day', 'papers', ''],
      perDay.map(({ day, papers }) => [day, papers, bar(papers)]),
    ),
    ...termLines(json),
    ...(latest.length > 0 ? ['Latest matches:', ...latest.flatMap(paperLines)] : []),
    ...(nothing ? nothingLines(nothing, json.hints) : hintLines(json)),
  ].join('\n')
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`

const shareOf = ({ share, total, papers }: PreviewJson): string =>
  share === null || total === 0 ? '' : ` (${percent(share)} of ${papers})`

function termLines({ terms }: PreviewJson): string[] {
  if (terms.length < 2) return []
  const rows = terms.map(({ term, isUnwanted, papers, share }) => {
    return [term, isUnwanted ? `removes ${papers}` : papers, share === null ? '' : percent(share)]
  })
  return [table(['term', 'papers', 'of all papers'], rows)]
}

type Nothing = NonNullable<PreviewJson['nothing']>

function nothingLines({ absent, without, nearest }: Nothing, hints: PreviewJson['hints']): string[] {
  const names = hints.filter(({ way }) => way === 'author')
  return [
    ...(absent.length > 0 ? [`No paper has ${listed(absent, 'or')}.`] : []),
    ...names.map(({ part, papers, term }) => `By ${part}: ${papers}, as ${term}.`),
    ...(without ? [`Without ${without.isUnwanted ? 'NOT ' : ''}${without.part}: ${without.papers}.`] : []),
    ...(nearest.length > 0 ? ['Closest matches:', ...nearest.flatMap(paperLines)] : []),
  ]
}

/** Each hint with the resulting query. */
function hintLines({ width, hints }: PreviewJson): string[] {
  if (width === 'fits') return []
  const said = width === 'narrow' ? 'Fewer than one a week.' : 'More a day than fit in one email.'
  return [said, ...hints.map(({ papers, query, part }) => `  ${papers}: ${query ?? `without ${part}`}`)]
}

const paperLines = ({ id, day, title, reason }: PreviewPaperJson): string[] => [
  `  ${day}  ${id}  ${title}`,
  `    ${reason}`,
]

const explainText = ({ understood, paper, reason, matches, missing, unwanted }: QueryExplanation): string =>
  [
    `Understood: ${understood}.`,
    `Paper ${paper.id}: ${paper.title}`,
    reason ? `${reason}.` : 'Not matched.',
    ...matches.map(({ term, where, found }) => `  ${term} → ${where}: ${found}`),
    ...missing.map((part) => `  Missing: ${part}`),
    ...unwanted.map((part) => `  Excluded by the query: ${part}`),
  ].join('\n')
