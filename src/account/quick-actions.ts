import { authorQuery, mute, type QueryEdit, requireVotes } from '../queries/language/edit-query.ts'
import { excludesWords, followsAuthor, requiresWords } from '../queries/language/query-implications.ts'
import type { Query, Reason } from '../queries/query.ts'
import type { Vector } from '../queries/ranking/profile.ts'
import { isContentWord } from '../queries/ranking/tf-idf.ts'
import type { PaperText } from '../queries/text/paper-text.ts'
import { type Token, tokensOf } from '../queries/text/tokens.ts'

/** A change that a word starts, or why it cannot. */
interface WordAction {
  text: string
  edit: QueryEdit
}

interface AuthorAction {
  name: string
  /** Of a topic of their own; null where a topic brings all their papers already, or none could. */
  query: string | null
}

/** The changes of a topic that start from a paper. */
export interface QuickActions {
  /** Words and phrases for which the paper matched, then telling words of its title that the topic does not name. */
  words: WordAction[]
  /** In the order of the paper, 100 at most. */
  authors: AuthorAction[]
}

export interface QuickActionsInput {
  /** The topic as it stands. */
  currentQuery: Query
  /** The text that is changed: what was tried last. It can be read. */
  base: string
  paper: PaperText
  /** Why the paper matches the topic; null where it does not. */
  reason: Reason | null
  /** What the paper is about. */
  vector: Vector
  /** All their topics. */
  topics: readonly Query[]
}

/** How many votes the handle asks for. */
const QUICK_ACTION_VOTES = 20
const MAX_TITLE_WORDS = 6
const MAX_AUTHORS = 100

export function quickActionsFor({
  currentQuery,
  base,
  paper,
  reason,
  vector,
  topics,
}: QuickActionsInput): QuickActions {
  const words = distinct([...matchedTexts(reason), ...titleWords(paper, currentQuery, vector)])
  return {
    words: words.map((word) => ({ text: word, edit: mute(base, word) })),
    authors: paper.authors.slice(0, MAX_AUTHORS).map(({ text: name }) => ({
      name,
      query: topics.some((topic) => followsAuthor(topic, name)) ? null : authorQuery(name),
    })),
  }
}

/** Asks for votes, where papers here have some. */
export const minVotesEdit = (base: string): QueryEdit => requireVotes(base, QUICK_ACTION_VOTES)

const IN_TEXT: readonly string[] = ['title', 'abstract', 'keyword']

const matchedTexts = (reason: Reason | null): string[] =>
  reason?.matches.filter(({ where }) => IN_TEXT.includes(where)).map(({ term }) => term) ?? []

/** The rarest first, as the title writes them. */
function titleWords({ title }: PaperText, currentQuery: Query, vector: Vector): string[] {
  const weight = ({ key }: Token) => vector.get(key) ?? 0
  return title.tokens
    .filter(({ folded }) => isContentWord(folded))
    .sort((a, b) => weight(b) - weight(a))
    .map(({ start, end }) => title.text.slice(start, end))
    .filter((word) => !requiresWords(currentQuery, word) && !excludesWords(currentQuery, word))
    .slice(0, MAX_TITLE_WORDS)
}

/** The first of each, whatever its inflection. */
const distinct = (texts: readonly string[]): string[] => {
  const keys = texts.map((text) =>
    tokensOf(text)
      .map(({ key }) => key)
      .join(' '),
  )
  return texts.filter((_, i) => keys.indexOf(keys[i]!) === i)
}
