import type { Deps } from '../core/deps.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive } from '../queries/archive.ts'
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
import { meaningIn } from '../queries/learned/learned-models.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import type { Query, Reason } from '../queries/query.ts'
import { profileWordsOf } from '../queries/ranking/preference.ts'
import type { Vector } from '../queries/ranking/tf-idf.ts'
import { shortfallOf } from '../queries/reasons/nearness.ts'
import { type PaperText, type Token, tokensOf } from '../queries/text/tokens.ts'
import { listFeedback } from '../subscribers/profile.repo.ts'
import { isReadable } from '../subscribers/read-signup.ts'
import { profileArchive, writtenAs } from './own-feedback.ts'

export type PaperOfTopic = Awaited<ReturnType<typeof paperOfTopic>>

interface Opening {
  subscriberId: string
  paper: Paper
  text: PaperText
  query: string
  /** The query that quick actions edit; null if it cannot be read. */
  base: string | null
  queries: readonly string[]
  /** Keys of words that feedback no longer affects. */
  removed: readonly string[]
}

/** Read-only. */
export async function paperOfTopic(deps: Deps, opening: Opening) {
  const { subscriberId, paper, text, query, removed } = opening
  const currentQuery = isReadable(query) ? parseQuery(query) : null
  const meaning = currentQuery && (await meaningIn(deps.db))(currentQuery)
  const reason = meaning && evaluate(meaning, text)
  const archive = await profileArchive(deps)
  const feedback = await listFeedback(deps.db, subscriberId)
  return {
    paper,
    text,
    /** Why it matches the current topic; null if it does not, or the query cannot be read. */
    reason,
    ...(meaning ? shortfallOf(meaning, text) : { missing: [], unwanted: [] }),
    quickActions: quickActionsOf(opening, currentQuery, reason, archive),
    feedback: feedback.find(({ paperId }) => paperId === paper.id)?.kind ?? null,
    /** What feedback on the paper is about: its keywords with a word that may be in a profile, or else such words. */
    about: aboutOf(archive, text, removed),
  }
}

function quickActionsOf(
  { text, base, queries }: Opening,
  currentQuery: Query | null,
  reason: Reason | null,
  archive: Archive,
): QuickActions {
  if (!currentQuery || base === null) return { words: [], authors: [] }
  const topics = queries.filter(isReadable).map(parseQuery)
  const words = distinct([
    ...matchedTexts(reason),
    ...titleWords(text, currentQuery, profileWordsOf(archive, archive.vectorOfText(text), MAX_WEIGHED_WORDS)),
  ])
  return {
    words: words.map((word) => ({ text: word, edit: mute(base, word) })),
    authors: text.authors.slice(0, MAX_AUTHORS).map(({ text: name }) => ({
      name,
      query: topics.some((topic) => followsAuthor(topic, name)) ? null : authorQuery(name),
    })),
  }
}

const MAX_WEIGHED_WORDS = 100
const MAX_ABOUT = 3

function aboutOf(archive: Archive, paper: PaperText, removed: readonly string[]): string[] {
  const words = profileWordsOf(archive, archive.vectorOfText(paper))
  const keys = [...words.keys()].filter((key) => !removed.includes(key))
  const keywords = paper.keywords.filter(({ tokens }) => tokens.some(({ key }) => keys.includes(key)))
  const texts =
    keywords.length > 0 ? keywords.map(({ text }) => text) : keys.map((key) => writtenAs(archive, key))
  return texts.slice(0, MAX_ABOUT)
}

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
