import { addDays } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { memoizeByObject } from '../core/memoize.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { paperNameOf } from '../papers/paper-key.ts'
import type { Archive, DayBounds } from '../queries/archive.ts'
import { checkDeadline } from '../queries/deadline.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { isFiller } from '../queries/language/sentence-words.ts'
import { type Bits, countIntersection, hasBit } from '../queries/matching/bits.ts'
import { untilChange } from '../queries/matching/paper-index.ts'
import { mostFrequent, type NamedPhrase, namedPhrases } from '../queries/ranking/named-phrases.ts'
import { isPart, type Phrase, phrasesIn } from '../queries/ranking/phrases.ts'
import { isContentWord } from '../queries/ranking/tf-idf.ts'
import { foldedWords, toPaperText } from '../queries/text/tokens.ts'
import { inSearchThread } from './in-search-thread.ts'
import { MAX_DAYS, openAvailableArchive } from './open-archive.ts'

/** What a typed query can do. */
type ExampleKind = 'words' | 'phrase' | 'not' | 'title' | 'author' | 'category' | 'code' | 'votes' | 'paper'

/** Queries that find papers of the archive. */
export interface ExampleQueries {
  /** Topics as people type them, each with several papers of the newest 30 days, few of them in common. */
  topics: string[]
  /** One query for each thing that a query can do, without those that would find nothing. */
  syntax: { kind: ExampleKind; query: string }[]
}

export const NO_EXAMPLES: ExampleQueries = { topics: [], syntax: [] }

const MAX_TOPICS = 6
/** Of a busy archive, the papers of some days are enough. */
const MAX_PAPERS = 1000
/** How many phrases are looked up. */
const MAX_TRIED = 80
/** A topic matches at least so many papers of the days, and at most this share of them: more would be the whole field. */
const MIN_FOUND = 3
const MAX_SHARE = 0.06
/** How many papers have a topic in the title or keywords. */
const MIN_NAMED = 2
/** With fewer papers, one that has a topic is enough. */
const FEW_PAPERS = 50
/** The largest share of its papers that another example already has. */
const MAX_COMMON = 0.34
const MAX_LENGTH = 40
/** A phrase that so large a share of its papers continue in the same way is not a whole name: multimodal large. */
const FRAGMENT = 0.5
const MIN_VOTES = 20

/**
 * Examples for the pages to search and to subscribe, the same ones until papers change. Empty while the archive has no
 * papers.
 */
export const exampleQueries = inSearchThread(import.meta.url, 'exampleQueries', examplesHere)

async function examplesHere(deps: Deps, _input: Record<string, never>): Promise<ExampleQueries> {
  const archive = await openAvailableArchive(deps)
  const cache = examplesOf(archive.index)
  // Two requests may both compute them, which is once too often and nothing worse.
  const known = cache(archive.usage)
  if (known.examples) return known.examples
  const { version } = archive.index
  const examples = await findExamples(deps, archive)
  if (archive.index.version === version) known.examples = examples
  return examples
}

const examplesOf = untilChange(() =>
  memoizeByObject((_usage: object): { examples: ExampleQueries | null } => ({ examples: null })),
)

async function findExamples({ db }: Deps, archive: Archive): Promise<ExampleQueries> {
  const newest = archive.newest(archive.all(), { most: MAX_PAPERS })
  const papers = await papersById(db, newest, { withWithdrawn: false })
  return examplesFrom(archive, papers)
}

/** Examples from papers of an archive, the newest first. */
export function examplesFrom(archive: Archive, papers: readonly Paper[]): ExampleQueries {
  const [first] = papers
  if (!first) return NO_EXAMPLES
  const from = addDays(first.firstDay, 1 - MAX_DAYS)
  const recent = papers.filter(({ firstDay }) => firstDay >= from)
  const topics = topicsOf(archive, recent, { from })
  return { topics: topics.map(({ text }) => text), syntax: syntaxOf(archive, recent, topics) }
}

interface Topic extends NamedPhrase {
  found: Bits
}

function topicsOf(archive: Archive, papers: readonly Paper[], days: DayBounds): Topic[] {
  const topics: Topic[] = []
  const most = Math.max(MIN_FOUND, MAX_SHARE * papers.length)
  const least = papers.length < FEW_PAPERS ? 1 : MIN_FOUND
  for (const phrase of namesOf(papers).slice(0, MAX_TRIED)) {
    checkDeadline()
    const found = archive.withinDays(archive.find(parseQuery(phrase.text)), days)
    const count = archive.count(found)
    if (count < least || count > most) continue
    if (topics.some((other) => isAlike(archive, other, { ...phrase, found }))) continue
    topics.push({ ...phrase, found })
    if (topics.length === MAX_TOPICS) break
  }
  return topics
}

/** Whether two topics have a word or many papers in common. */
function isAlike(archive: Archive, one: Topic, other: Topic): boolean {
  if (one.keys.some((key) => other.keys.includes(key))) return true
  return countIntersection(one.found, other.found) > MAX_COMMON * archive.count(other.found)
}

/** The phrases in titles and keywords, those of the most papers first. */
function namesOf(papers: readonly Paper[]): NamedPhrase[] {
  const phrases = papers.map((paper) => {
    const { title, keywords } = toPaperText(paper)
    return phrasesIn([title, ...keywords]).filter(isPlain)
  })
  const names = namedPhrases(phrases).filter((one) => one.papers >= MIN_NAMED || papers.length < FEW_PAPERS)
  return names
    .filter((one) => !names.some((whole) => isPart(one, whole) && whole.papers >= FRAGMENT * one.papers))
    .sort((a, b) => b.papers - a.papers || (a.text < b.text ? -1 : 1))
}

/** Words that a person would type, not numbers and not a name that only its paper uses. */
const isPlain = ({ text }: Phrase): boolean =>
  text.length <= MAX_LENGTH && foldedWords(text).every((word) => /^\p{L}+$/u.test(word) && word.length > 1)

type Example = ExampleQueries['syntax'][number]

function syntaxOf(archive: Archive, papers: readonly Paper[], topics: readonly Topic[]): Example[] {
  const [first, second, third] = topics.map(({ text }) => text)
  const byVotes = papers.toSorted((a, b) => (b.votes ?? -1) - (a.votes ?? -1) || b.id - a.id)
  const [best] = byVotes
  const category = mostFrequentOf(papers.flatMap(({ categories }) => categories.slice(0, 1)))
  const author = byVotes.flatMap(({ authors }) => authors.slice(0, 1)).find(isPersonName)
  const queries: [ExampleKind, string | null | undefined][] = [
    ['words', first],
    ['phrase', second && `"${first}" OR "${second}"`],
    ['not', first && withoutWord(archive, papers, first)],
    ['title', first && `title:"${third ?? first}"`],
    ['author', author && `author:"${author}"`],
    ['category', category && `cat:${category}`],
    ['code', first && `${first} has:code`],
    ['votes', first && `${second ?? first} votes>=${MIN_VOTES}`],
    ['paper', best && paperNameOf(best)],
  ]
  return queries.flatMap(([kind, query]) =>
    query && (kind === 'paper' || countOf(archive, query) > 0) ? [{ kind, query }] : [],
  )
}

const countOf = (archive: Archive, query: string): number => archive.count(archive.find(parseQuery(query)))

/** A query without the word that its papers have most often in the title; null if that leaves all of them, or none. */
function withoutWord(archive: Archive, papers: readonly Paper[], query: string): string | null {
  const found = archive.find(parseQuery(query))
  const own = new Set(foldedWords(query.toLowerCase()))
  const words = papers
    .filter(({ id }) => {
      const docId = archive.index.docIdOf(id)
      return docId !== undefined && hasBit(found, docId)
    })
    .flatMap(({ title }) => foldedWords(title.toLowerCase()))
    .filter((word) => /^[a-z]{4,}$/.test(word) && isContentWord(word) && !isFiller(word) && !own.has(word))
  const word = mostFrequentOf(words)
  if (word === null) return null
  const without = `${query} -${word}`
  const left = countOf(archive, without)
  return left > 0 && left < archive.count(found) ? without : null
}

const mostFrequentOf = (texts: readonly string[]): string | null =>
  mostFrequent(new Map([...Map.groupBy(texts, (text) => text)].map(([text, { length }]) => [text, length])))

const isPersonName = (name: string): boolean =>
  /^\p{Lu}\p{L}+(?: \p{L}+){1,2}$/u.test(name) && !/ (?:Team|Labs?|Group|Project|Research|AI)$/.test(name)
