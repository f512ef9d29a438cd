import { z } from 'zod'
import { type Day, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { digestOn, newestDigestWith } from '../../digests/digest.repo.ts'
import type { DigestSection } from '../../digests/digest-content.ts'
import { count, day } from '../../operator/operations/fields.ts'
import { idsEver } from '../../papers/merged-ids.repo.ts'
import type { Paper } from '../../papers/paper.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { meaningIn } from '../../queries/learned/learned-models.repo.ts'
import { evaluate } from '../../queries/matching/evaluate.ts'
import { shortfallOf } from '../../queries/reasons/nearness.ts'
import { reasonSentence, reasonText } from '../../queries/reasons/reason-text.ts'
import { toPaperText } from '../../queries/text/tokens.ts'
import { isReadable } from '../../subscribers/read-signup.ts'
import { type StoredTopic, storedTopicsOf } from '../../subscribers/topic.repo.ts'
import type { TokenHolder } from './agent-tokens.ts'
import { mcpErrors } from './mcp-errors.ts'
import { newestDigestDay } from './own-digest.repo.ts'
import { jsonOfListed, jsonOfShown, listedPaper } from './paper-json.ts'
import { loadKnownPaper, paperId } from './paper-tools.ts'
import { type Caller, toolOf } from './tool.ts'

/** Throws mcp.needs-token. */
export function requireToken({ holder }: Caller): TokenHolder {
  if (!holder) throw new Fault(mcpErrors['mcp.needs-token'])
  return holder
}

const ownTopic = z.object({
  id: count.describe('For propose_topic_change'),
  name: z.string(),
  query: z.string(),
})

const KINDS = ['match', 'related', 'rising', 'best'] as const

const digestTool = toolOf({
  name: 'my_digest',
  title: 'My digest',
  description:
    'The digest that the owner of the token got on a day: its papers by topic, each with the reason why it is there. Without a date: the newest one. Also lists their topics.',
  input: z.strictObject({ date: day.optional().describe('In their own time zone') }),
  output: z.object({
    date: day,
    outcome: z
      .enum(['due', 'planned', 'nothing_matched', 'paused', 'missed'])
      .describe('planned: it has papers. due: it is being made'),
    matched: count.describe('How many papers matched, also those beyond the maximum of an email'),
    sections: z.array(
      z.object({
        topic: z.string().nullable(),
        kind: z.enum(KINDS).describe('related: close to their topics, but matching none'),
        papers: z.array(listedPaper),
      }),
    ),
    topics: z.array(ownTopic),
  }),
  async run(caller, { date }) {
    const { db, config } = caller.deps
    const { id: subscriberId } = requireToken(caller).subscriber
    const localDate = date ?? (await newestDate(caller.deps, subscriberId))
    const digest = await digestOn(db, { subscriberId, localDate })
    if (!digest) throw new Fault(mcpErrors['mcp.no-digest'], { date: localDate })
    const sections = digest.content?.sections ?? []
    return {
      date: localDate,
      outcome: digest.outcome,
      matched: digest.matched,
      sections: sections.map((section) => ({
        topic: section.topic,
        kind: kindOf(section),
        papers: section.papers.map((paper) => jsonOfShown(config, paper)),
      })),
      topics: await storedTopicsOf(db, subscriberId),
    }
  },
})

async function newestDate({ db }: Deps, subscriberId: string): Promise<Day> {
  const newest = await newestDigestDay(db, subscriberId)
  if (!newest) throw new Fault(mcpErrors['mcp.no-digest-yet'])
  return newest
}

function kindOf({ topic, rising, close }: DigestSection): (typeof KINDS)[number] {
  if (close) return 'related'
  if (rising) return 'rising'
  return topic === null ? 'best' : 'match'
}

const whyTool = toolOf({
  name: 'why',
  title: 'Why a paper is for me',
  description:
    'Why a paper matches or does not match each topic of the owner of the token, and the newest digest that had it. Only its title, abstract, authors and other facts count, not the full text.',
  input: z.strictObject({ id: paperId }),
  output: z.object({
    paper: listedPaper,
    topics: z.array(
      ownTopic.extend({
        matches: z.boolean(),
        reason: z.string().nullable().describe('Null if it does not match'),
        missing: z.array(z.string()).describe('What the topic asks for and the paper does not have'),
        unwanted: z.array(z.string()).describe('What the topic excludes and the paper has'),
      }),
    ),
    digest: z
      .object({ date: day, reason: z.string().nullable() })
      .nullable()
      .describe('The newest digest that had it, with the reason given there'),
  }),
  async run(caller, { id }) {
    const { deps } = caller
    const { id: subscriberId } = requireToken(caller).subscriber
    const paper = await loadKnownPaper(deps, id)
    const topics = await storedTopicsOf(deps.db, subscriberId)
    return {
      paper: jsonOfListed(deps.config, paper),
      topics: await reasonsOf(deps, paper, topics),
      digest: await digestWith(deps, paper, subscriberId),
    }
  },
})

/** A subscriber has few topics, and one paper is read once for all of them. */
async function reasonsOf({ db }: Deps, paper: Paper, topics: readonly StoredTopic[]) {
  const meaning = await meaningIn(db)
  const text = toPaperText(paper)
  return topics.map((topic) => {
    // A query from an earlier grammar may not be readable.
    const tree = isReadable(topic.query) ? meaning(parseQuery(topic.query)) : null
    const reason = tree && evaluate(tree, text)
    const lacks = tree && !reason ? shortfallOf(tree, text) : { missing: [], unwanted: [] }
    return { ...topic, matches: reason !== null, reason: reason && reasonSentence(reason), ...lacks }
  })
}

async function digestWith({ db }: Deps, paper: Paper, subscriberId: string) {
  const paperIds = await idsEver(db, paper.id)
  const found = await newestDigestWith(db, { subscriberId, paperIds })
  if (!found) return null
  const date = dayOf(found.localDate)
  const digest = await digestOn(db, { subscriberId, localDate: date })
  const shown = (digest?.content?.sections ?? [])
    .flatMap(({ papers }) => papers)
    .find(({ id }) => paperIds.includes(id))
  return { date, reason: (shown && reasonText(shown)) || null }
}

export const OWN_TOOLS = [digestTool, whyTool]
