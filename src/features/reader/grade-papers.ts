import { type Day, dayOf, MINUTE_MS, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { claimTick } from '../../core/tick.repo.ts'
import { untilTopicsCanBeRanked } from '../../digests/topic-ranks.ts'
import { papersById } from '../../papers/paper.repo.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import { readQueries } from '../../queries/query.repo.ts'
import { type DueTopic, topicsDueSoon } from './due-topics.repo.ts'
import { type StoredGrade, storedGrades, storeGrade, takeFromBudget, topicKey } from './grade.repo.ts'
import { firstDayOf, PAPERS_PER_DAY, papersToGrade } from './papers-to-grade.ts'
import { promptOf } from './prompt.ts'
import { readReply } from './read-reply.ts'
import { openReaderClient, type ReaderClient } from './reader-client.ts'
import { ReaderFault } from './reader-fault.ts'
import { type ReaderSettings, readerSettings } from './settings.ts'

/** Processes take turns; the papers of a digest that is due now were graded in an earlier one. */
const SLOT_MS = 5 * MINUTE_MS
/** The next slot continues. */
const MAX_RUN_MS = 20 * MINUTE_MS
const TOPICS_AT_ONCE = 20
const REQUESTS_AT_ONCE = 4
/** So many failures without a reply in between end the run: each may take a minute. */
const MAX_FAILURES = 4
/** If none of so many replies is a grade, the model is not fit for this. */
const MIN_REPLIES = 5

export interface GradeCounts {
  asked: number
  graded: number
}

/** Grades papers in the one process that claims a slot of five minutes; see gradeDueTopics. */
export async function gradeInTurn(deps: Deps, { signal }: { signal: AbortSignal }): Promise<void> {
  const settings = readerSettings(deps.config)
  if (!settings) return
  const slot = new Date(Math.floor(deps.clock.now().getTime() / SLOT_MS) * SLOT_MS)
  if (!(await claimTick(deps.db, 'grade-papers', slot))) return
  await gradeDueTopics(deps, { reader: openReaderClient(settings), settings, signal })
}

interface GradingInput {
  reader: ReaderClient
  settings: ReaderSettings
  signal: AbortSignal
}

interface Run extends GradingInput {
  deps: Deps
  today: Day
  counts: GradeCounts
  /** Failures since the last reply, and the last one. */
  failures: number
  failure?: ReaderFault
  /** Whether it ends early, because of failures or because the budget is spent. */
  isEnding: boolean
}

/**
 * Asks the reader about the papers nearest to the border of each topic whose digest is due soon, until all are graded or
 * the day's budget is spent, and stores its grades. Nothing waits for it. Throws reader.* if it does not reply, or never
 * with a grade.
 */
export async function gradeDueTopics(deps: Deps, input: GradingInput): Promise<GradeCounts> {
  const now = deps.clock.now()
  const { perDay } = input.settings
  const signal = AbortSignal.any([input.signal, AbortSignal.timeout(MAX_RUN_MS)])
  const counts = { asked: 0, graded: 0 }
  const run: Run = { ...input, deps, signal, today: dayOf(now), counts, failures: 0, isEnding: false }
  const topics = await topicsDueSoon(deps.db, { now, limit: perDay })
  if (topics.length > 0) await untilTopicsCanBeRanked(deps)
  for (let i = 0; i < topics.length && !isEnded(run); i += TOPICS_AT_ONCE)
    await gradeTopics(run, topics.slice(i, i + TOPICS_AT_ONCE))
  const { asked, graded } = counts
  if (asked > 0) deps.log.info('papers.graded', { asked, graded })
  if (run.failure && (asked === 0 || run.failures >= MAX_FAILURES)) throw run.failure
  if (graded === 0 && asked >= MIN_REPLIES) throw new ReaderFault('reader.unusable', { asked })
  return counts
}

const isEnded = ({ isEnding, signal }: Run): boolean => isEnding || signal.aborted

/** A paper to ask about. */
interface Pair extends Pick<StoredGrade, 'topic' | 'paperId' | 'day'> {
  text: string
}

async function gradeTopics(run: Run, topics: readonly DueTopic[]): Promise<void> {
  const pairs = await pairsOf(run, topics)
  const papers = await papersById(run.deps.db, [...new Set(pairs.map(({ paperId }) => paperId))], {
    withWithdrawn: false,
  })
  const byId = new Map(papers.map((paper) => [paper.id, plainTextsOf(paper)]))
  const open = pairs.values()
  const work = async () => {
    for (const pair of open) {
      const paper = byId.get(pair.paperId)
      if (isEnded(run)) return
      if (paper) await gradePair(run, pair, paper)
    }
  }
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work))
}

/** What is not graded yet, up to five papers for each topic and day. */
async function pairsOf(
  { deps, settings: { model }, today }: Run,
  topics: readonly DueTopic[],
): Promise<Pair[]> {
  const trees = await readQueries(
    deps.db,
    topics.map(({ queryId }) => queryId),
  )
  const readable = topics.filter(({ queryId }) => trees.has(queryId))
  const found = await papersToGrade(deps, {
    topics: readable.map(({ queryId, isRare }) => ({ tree: trees.get(queryId)!, isRare })),
    today,
  })
  const known = await storedGrades(deps.db, {
    topics: readable.map(({ text }) => topicKey(text)),
    model,
    since: firstDayOf(today, true),
  })
  const graded = Map.groupBy(known, ({ topic, day }) => `${topic} ${dayOf(day)}`)
  return readable.flatMap(({ text }, i) =>
    found[i]!.flatMap(({ day, papers }) => {
      const topic = topicKey(text)
      const before = graded.get(`${topic} ${day}`) ?? []
      return papers
        .filter((id) => before.every(({ paperId }) => paperId !== id))
        .slice(0, PAPERS_PER_DAY - Math.min(PAPERS_PER_DAY, before.length))
        .map((paperId) => ({ topic, paperId, day: midnight(day), text }))
    }),
  )
}

async function gradePair(run: Run, pair: Pair, paper: { title: string; abstract: string }): Promise<void> {
  const { deps, reader, settings, today, signal, counts } = run
  const { text, ...key } = pair
  const { title, abstract } = paper
  if (!(await takeFromBudget(deps.db, { day: today, perDay: settings.perDay }))) {
    run.isEnding = true
    return
  }
  const id = String(pair.paperId)
  let reply: string | null
  try {
    reply = await reader.reply(promptOf({ topic: text, paper: id, title, abstract }), signal)
  } catch (error) {
    if (!signal.aborted) endAfterFailure(run, error)
    return
  }
  const grade = reply === null ? null : readReply(reply, id)
  run.failures = 0
  counts.asked++
  if (grade) counts.graded++
  const { model } = settings
  const given = grade ?? { grade: null, reason: '' }
  await storeGrade(deps.db, { ...key, ...given, model, at: deps.clock.now() })
}

/** A refusal ends the run at once: each request would get it. */
function endAfterFailure(run: Run, error: unknown): void {
  if (!(error instanceof ReaderFault)) throw error
  run.failures = error.code === 'reader.refused' ? MAX_FAILURES : run.failures + 1
  run.failure = error
  if (run.failures >= MAX_FAILURES) run.isEnding = true
}
