import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import type { Paper } from '../papers/paper.ts'
import {
  authorQuery,
  excludesWords,
  followsAuthor,
  mute,
  type QueryEdit,
  requiresWords,
  requireVotes,
} from '../queries/language/edit-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { FILLER } from '../queries/language/sentence-words.ts'
import { meaningIn } from '../queries/learned/learned-models.repo.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import type { Query, Reason } from '../queries/query.ts'
import { WEAK_HEADS } from '../queries/ranking/phrases.ts'
import type { Vector } from '../queries/ranking/tf-idf.ts'
import { shortfallOf } from '../queries/reasons/nearness.ts'
import { type PaperText, type Token, tokensOf, toPaperText } from '../queries/text/tokens.ts'
import { forVisitorIfFree, type Searcher } from '../search/for-visitor.ts'
import { inSearchThread } from '../search/in-search-thread.ts'
import { MAX_DAYS, openArchive } from '../search/open-archive.ts'
import { isReadable } from '../subscribers/read-signup.ts'

export type PaperOfTopic = Awaited<ReturnType<typeof paperOfTopic>>

interface Opening {
  paper: Paper
  text: PaperText
  query: string
  /** The query that quick actions edit; null if it cannot be read. */
  base: string | null
  queries: readonly string[]
  searcher: Searcher
}

/** Read-only. */
export async function paperOfTopic(deps: Deps, opening: Opening) {
  const { paper, text, query } = opening
  const currentQuery = isReadable(query) ? parseQuery(query) : null
  const meaning = currentQuery && (await meaningIn(deps.db))(currentQuery)
  const reason = meaning && evaluate(meaning, text)
  const telling = await forVisitorIfFree(deps, opening.searcher, new Map<string, number>(), (deps) =>
    tellingWords(deps, paper),
  )
  return {
    paper,
    text,
    /** Why it matches the current topic; null if it does not, or the query cannot be read. */
    reason,
    ...(meaning ? shortfallOf(meaning, text) : { missing: [], unwanted: [] }),
    quickActions: quickActionsOf(opening, currentQuery, reason, telling),
  }
}

function quickActionsOf(
  { text, base, queries }: Opening,
  currentQuery: Query | null,
  reason: Reason | null,
  telling: Vector,
): QuickActions {
  if (!currentQuery || base === null) return { words: [], authors: [] }
  const topics = queries.filter(isReadable).map(parseQuery)
  const words = distinct([...matchedTexts(reason), ...titleWords(text, currentQuery, telling)])
  return {
    words: words.map((word) => ({ text: word, edit: mute(base, word) })),
    authors: text.authors.slice(0, MAX_AUTHORS).map(({ text: name }) => ({
      name,
      query: topics.some((topic) => followsAuthor(topic, name)) ? null : authorQuery(name),
    })),
  }
}

/** With fewer papers, a word in many of them may still be a subject. */
const MANY_PAPERS = 200
const MAX_SHARE = 0.2

/** The words of a paper that say what it is about, with their weights. */
const tellingWords = inSearchThread(
  import.meta.url,
  'tellingWords',
  async (deps, paper: Paper): Promise<Vector> => {
    // Only how common words are matters, so it waits for the recent papers, not for all.
    const archive = await openArchive(deps, { from: addDays(dayOf(deps.clock.now()), 1 - MAX_DAYS) })
    const { frequencies, docCount } = archive.index
    const isRare = (key: string) => docCount < MANY_PAPERS || frequencies.ofKey(key) <= MAX_SHARE * docCount
    const isTelling = (key: string) => !FILLER.has(key) && !WEAK_HEADS.has(key) && isRare(key)
    return new Map([...archive.vectorOfText(toPaperText(paper))].filter(([key]) => isTelling(key)))
  },
)

interface QuickActions {
  /** Words and phrases for which the paper matched, then distinctive words of its title that are not in the topic. */
  words: { text: string; edit: QueryEdit }[]
  /**
   * In the order of the paper, up to 100, with the query of a new topic for the author; null if a topic already matches
   * all their papers, or it is not possible.
   */
  authors: { name: string; query: string | null }[]
}

/** The number of votes that the quick action requires. */
const QUICK_ACTION_VOTES = 20
const MAX_TITLE_WORDS = 6
const MAX_AUTHORS = 100

/** Requires votes, if papers here have any. */
export const minVotesEdit = (base: string): QueryEdit => requireVotes(base, QUICK_ACTION_VOTES)

const IN_TEXT: readonly string[] = ['title', 'abstract', 'keyword']

const matchedTexts = (reason: Reason | null): string[] =>
  reason?.matches.filter(({ where }) => IN_TEXT.includes(where)).map(({ term }) => term) ?? []

/** Those that say what a paper is about, rarest first, as the title writes them. */
function titleWords({ title }: PaperText, currentQuery: Query, vector: Vector): string[] {
  const weight = ({ key }: Token) => vector.get(key) ?? 0
  return title.tokens
    .filter((token) => weight(token) > 0)
    .sort((a, b) => weight(b) - weight(a))
    .map(({ start, end }) => title.text.slice(start, end))
    .filter((word) => !requiresWords(currentQuery, word) && !excludesWords(currentQuery, word))
    .slice(0, MAX_TITLE_WORDS)
}

/** Keeps the first of each word, whatever its inflection. */
const distinct = (texts: readonly string[]): string[] => {
  const keys = texts.map((text) =>
    tokensOf(text)
      .map(({ key }) => key)
      .join(' '),
  )
  return texts.filter((_, i) => keys.indexOf(keys[i]!) === i)
}
