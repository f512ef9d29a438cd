import { z } from 'zod'
import { addDays, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import {
  jsonOfOffer,
  jsonOfTopicPreview,
  type PreviewJson,
  type PreviewPaperJson,
} from '../../digests/preview/preview-json.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { topicInEnglish } from '../../digests/preview/topic-in-english.ts'
import { counted, words } from '../../i18n/words.ts'
import { paperByName } from '../../papers/paper.repo.ts'
import { paperNameOf } from '../../papers/paper-key.ts'
import { describeQuery } from '../../queries/language/describe-query.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { learnOrLog, MEASURED_GROWTH } from '../../queries/learned/learn.ts'
import { meaningIn } from '../../queries/learned/learned-models.repo.ts'
import { evaluate } from '../../queries/matching/evaluate.ts'
import { PAPERS_PER_CLOSE } from '../../queries/ranking/close-papers.ts'
import { MIN_CLOSENESS, topicOf } from '../../queries/ranking/closeness.ts'
import { shortfallOf } from '../../queries/reasons/nearness.ts'
import { reasonSentence } from '../../queries/reasons/reason-text.ts'
import { toPaperText } from '../../queries/text/tokens.ts'
import { MAX_DAYS, openArchive } from '../../search/open-archive.ts'
import { rankPapers } from '../../search/rank-papers.ts'
import { day, wholeNumber } from './fields.ts'
import { operation } from './operation.ts'
import { table } from './text-table.ts'

const LATEST = 10

const test = operation({
  name: 'queries test',
  summary: 'what a query would have matched recently, by day',
  effect: 'read',
  input: z.object({ query: z.string(), days: z.string().default('30') }),
  run: async (deps, { query, days }) => {
    const english = await topicInEnglish(deps, query) // before what takes long
    await learnOrLog(deps, { growth: MEASURED_GROWTH })
    // What is close depends on the whole archive.
    await openArchive(deps, { withVectors: true })
    const test = async (tested: string) => {
      const preview = await previewTopics(deps, { queries: [tested], days: Number(days), latest: LATEST })
      return jsonOfTopicPreview(preview, preview.topics[0]!)
    }
    if (!english) return test(query)
    const offered = await test(english.offered)
    if (!english.isReadable) return jsonOfOffer(query, offered)
    const own = await test(query)
    return { ...own, offers: [{ query: offered.query, papers: offered.total }, ...own.offers] }
  },
  output: (preview) => ({ text: testText(preview) }),
  command: {
    arguments: { query: ['<query>'] },
    options: { days: ['--days <n>', `how many days up to today (UTC), from 1 to ${MAX_DAYS}`] },
  },
})

const explain = operation({
  name: 'queries explain',
  summary: 'why a query does or does not match a paper',
  effect: 'read',
  input: z.object({ query: z.string(), paper: z.string() }),
  run: explainQuery,
  output: (explained) => ({ text: explainText(explained) }),
  command: {
    arguments: { query: ['<query>'] },
    options: { paper: ['--paper <id>', 'an arXiv id such as 2507.06457, or our number'] },
  },
})

const rank = operation({
  name: 'queries rank',
  summary: 'all papers of a period, best match first',
  effect: 'read',
  input: z.object({
    query: z.string(),
    days: wholeNumber(3660).optional(),
    from: day.optional(),
    to: day.optional(),
  }),
  run: async (deps, { query, days, from, to }) => {
    const last = to ?? dayOf(deps.clock.now())
    const first = from ?? addDays(last, 1 - (days ?? MAX_DAYS))
    if (first > last) throw new Fault('usage.wrong', { what: `--from ${first} is later than --to ${last}.` })
    await learnOrLog(deps, { growth: MEASURED_GROWTH })
    const ranked = await rankPapers(deps, { query, from: first, to: last })
    const archive = await openArchive(deps, { withVectors: true })
    const topic = topicOf(archive, parseQuery(query), last)
    return { ranked, isKnown: topic?.isKnown ?? false }
  },
  output: ({ ranked, isKnown }) => {
    const rows = ranked.map(({ paper, score, matched, related }) => ({
      id: paperNameOf(paper),
      score: Math.round(score * 1000) / 1000,
      matched,
      related,
      threshold: MIN_CLOSENESS,
      title: paper.title,
    }))
    const cells = rows.map(({ id, score, matched, related, title }) => {
      return [id, score, matched ? 'matched' : related ? 'close' : '', title]
    })
    return {
      json: rows.map(({ title: _, ...row }) => row),
      text: [
        table(['id', 'score', '', 'title'], cells),
        `Close: a score of ${MIN_CLOSENESS.toFixed(2)} or more, and up to one in ${PAPERS_PER_CLOSE} papers of a day, counting those that match.`,
        ...(isKnown ? [] : ['The archive has too few papers about this topic, so none counts as close.']),
      ].join('\n'),
    }
  },
  command: {
    arguments: { query: ['<query>'] },
    options: {
      days: ['--days <n>', `how many days up to today (UTC); default: ${MAX_DAYS}`],
      from: ['--from <date>', 'the first day, instead of --days'],
      to: ['--to <date>', 'the last day; default: today'],
    },
  },
})

export const QUERY_OPERATIONS = [test, explain, rank]

const MAX_BAR_LENGTH = 30

function testText(json: PreviewJson): string {
  const { understood, from, to, total, relatedTotal, perDay, latest, related, offers, absent } = json
  const highest = Math.max(1, ...perDay.map(({ papers, related }) => papers + (related ?? 0)))
  const bar = (papers: number, sign: string) => sign.repeat(Math.ceil((papers / highest) * MAX_BAR_LENGTH))
  const days = perDay.map((one) => [
    one.day,
    one.papers,
    one.related ?? '?',
    bar(one.papers, '#') + bar(one.related ?? 0, 'o'),
  ])
  return [
    ...(understood ? [`Understood: ${understood}.`] : []),
    ...(absent.length > 0 ? [`No paper of these days mentions: ${absent.join(', ')}`] : []),
    `${counted(total, words.counts.paper)}${shareOf(json)}, first listed from ${from} to ${to} (UTC); ${relatedTotal === null ? words.preview.notCounted : `${counted(relatedTotal, words.preview.count.close)}.`}`,
    table(['day', 'match', 'close', ''], days),
    ...termLines(json),
    ...(latest.length > 0 ? ['Latest matches:', ...latest.flatMap(paperLines)] : []),
    ...(related.length > 0 ? [`${words.preview.close}:`, ...related.flatMap(paperLines)] : []),
    ...(offers.length > 0 ? [`${words.preview.offers.more}:`, ...offers.map(offerLine)] : []),
    ...insteadLines(json),
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

function insteadLines({ offers: [offer], instead }: PreviewJson): string[] {
  if (!offer || instead.length === 0) return []
  const heading = counted(offer.papers, words.preview.instead, { query: offer.query })
  return [`${heading}:`, ...instead.flatMap(paperLines)]
}

const offerLine = ({ query, papers }: PreviewJson['offers'][number]): string =>
  `  ${query}: ${counted(papers, words.counts.paper)}`

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

type QueryExplanation = Awaited<ReturnType<typeof explainQuery>>

/**
 * Why a query matches a paper, or which parts the paper lacks or must not contain. `paper`: its name in paths,
 * "2507.06457", or our id. Throws query.* and paper.unknown.
 */
export async function explainQuery(deps: Deps, { query, paper: name }: { query: string; paper: string }) {
  const tree = (await meaningIn(deps.db))(parseQuery(query))
  const paper = await paperByName(deps.db, name)
  if (!paper) throw new Fault('paper.unknown', { name: name.slice(0, 100) })
  const text = toPaperText(paper)
  const reason = evaluate(tree, text)
  return {
    understood: describeQuery(tree),
    paper: { id: paperNameOf(paper), title: text.title.text },
    matched: reason !== null,
    reason: reason && reasonSentence(reason),
    matches: reason?.matches ?? [],
    ...shortfallOf(tree, text),
  }
}
