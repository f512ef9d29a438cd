import type { Archive, DayBounds } from '../../queries/archive.ts'
import { checkDeadline } from '../../queries/deadline.ts'
import { authorQuery } from '../../queries/language/edit-query.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { papersNamed, papersWith, rarityOf, withinDays } from '../../queries/ranking/phrase-papers.ts'
import { isPart } from '../../queries/ranking/phrases.ts'
import { topK } from '../../queries/ranking/ranker.ts'
import { type LibraryTerm, type LibraryText, termsOf, usualSpelling } from './library-terms.ts'

/** A topic for papers like those of a library. */
export interface LibraryTopic {
  query: string
  /** How many entries are about it. */
  entries: number
  /** How many papers it would have matched within the days. */
  papers: number
}

export interface LibraryTopics {
  /** What several entries share and papers are about, the best first. */
  topics: LibraryTopic[]
  /** Without topics: what single entries are about, for the reader to choose from. */
  offers: LibraryTopic[]
}

const MAX_TOPICS = 5
const MAX_OFFERS = 8
/** How many phrases, and how many authors, are compared with the archive. */
const MAX_TRIED = { phrase: 120, author: 24 }
/** The weight of an entry that has a phrase only in the abstract: there it is rather a method. */
const IN_ABSTRACT = 0.35
/** A phrase in no title is a subject if it is in this many titles or keywords of the archive, and this share of its papers. */
const MIN_NAMED = 3
const MIN_NAMED_SHARE = 0.08
/** An author beside a phrase of as many entries. */
const AUTHOR = 0.7
/** How many times more often the library than the archive contains an author, or a phrase that is in fewer than two titles. */
const MIN_LIFT = 2
/** From here on a term has its full weight. */
const FULL_LIFT = 16
const MIN_LIFT_WEIGHT = 0.1
/** Papers within the days: fewer are narrow, more are too many for a reader, unless half of the titles have the phrase. */
const MIN_PAPERS = 2
const NARROW = 0.5
const MAX_PAPERS = 100
/** Shares of a smaller archive say little. */
const MIN_SIZE = 500

/** Proposes topics that several entries share. Never one without papers within the days. */
export function libraryTopics(
  archive: Archive,
  texts: readonly LibraryText[],
  days: DayBounds,
): LibraryTopics {
  const terms = termsOf(texts)
  const compare = { archive, days, size: texts.length }
  const shared = candidatesOf(terms.filter(isShared), compare)
  const topics = chooseBest(
    shared.filter(({ papers, isSubject }) => papers > 0 && isSubject),
    MAX_TOPICS,
  )
  if (topics.length > 0) return { topics: topics.map(topicOf), offers: [] }
  const named = candidatesOf(terms.filter(isNamed), compare)
  const withPapers = named.filter(({ papers }) => papers > 0)
  const offers = chooseBest(withPapers.length > 0 ? withPapers : named, MAX_OFFERS)
  return { topics: [], offers: offers.map(topicOf) }
}

const isShared = ({ entries }: LibraryTerm): boolean => entries.length > 1
const isNamed = ({ named }: LibraryTerm): boolean => named > 0

/** A term as a topic. */
interface Candidate extends LibraryTopic {
  term: LibraryTerm
  /** Of each entry, from 0 to 1. */
  weight: number
  isSubject: boolean
}

const topicOf = ({ query, entries, papers }: Candidate): LibraryTopic => ({ query, entries, papers })

interface Compare {
  archive: Archive
  days: DayBounds
  /** The number of entries. */
  size: number
}

/** The most likely terms, compared with the archive. */
function candidatesOf(terms: readonly LibraryTerm[], compare: Compare): Candidate[] {
  const phrases = terms.filter(({ kind }) => kind === 'phrase')
  const authors = terms.filter(({ kind }) => kind === 'author')
  const scores = phrases.map((phrase) => {
    checkDeadline()
    return centralEntries(phrase) * rarityOf(compare.archive, phrase.keys)
  })
  const candidates: (Candidate | null)[] = []
  for (const place of topK(phrases.length, MAX_TRIED.phrase, (a, b) => scores[b]! - scores[a]! || a - b)) {
    checkDeadline()
    candidates.push(phraseTopic(phrases[place]!, compare))
  }
  const mostEntries = (a: number, b: number) =>
    authors[b]!.entries.length - authors[a]!.entries.length || a - b
  for (const place of topK(authors.length, MAX_TRIED.author, mostEntries)) {
    checkDeadline()
    candidates.push(authorTopic(authors[place]!, compare))
  }
  return candidates.filter((one) => one !== null)
}

/** How many entries have a term, where those with it in the title count more. */
const centralEntries = ({ entries, named }: LibraryTerm): number =>
  named + IN_ABSTRACT * (entries.length - named)

/** Null for a phrase that titles do not name. */
function phraseTopic(term: LibraryTerm, { archive, days, size }: Compare): Candidate | null {
  const text = usualSpelling(term)
  const naming = papersNamed(archive, text)
  const found = papersWith(archive, text, naming)
  const named = naming.reduce((sum, { length }) => sum + length, 0)
  if (term.named === 0 && named < Math.max(MIN_NAMED, MIN_NAMED_SHARE * found.length)) return null
  const papers = withinDays(archive, found, days).length
  const lift = liftOf(term, found.length, { archive, size })
  const fit = papers < MIN_PAPERS ? NARROW : 1
  const isUsual = papers <= MAX_PAPERS && (lift >= MIN_LIFT || term.named > 1)
  return {
    term,
    query: `"${text}"`,
    entries: term.entries.length,
    papers,
    weight: (centralEntries(term) / term.entries.length) * liftWeight(lift) * fit,
    isSubject: isUsual || term.named >= size / 2,
  }
}

/** Null for a name that cannot be searched. */
function authorTopic(term: LibraryTerm, { archive, days, size }: Compare): Candidate | null {
  const query = authorQuery(usualSpelling(term))
  if (!query) return null
  const found = archive.find(parseQuery(query))
  const lift = liftOf(term, archive.count(found), { archive, size })
  return {
    term,
    query,
    entries: term.entries.length,
    papers: archive.count(archive.withinDays(found, days)),
    weight: AUTHOR * liftWeight(lift),
    isSubject: lift >= MIN_LIFT,
  }
}

/** How many times more often the library contains a term than the archive does, `all` papers of which have it. */
function liftOf({ entries }: LibraryTerm, all: number, { archive, size }: Omit<Compare, 'days'>): number {
  const inArchive = (all + 1) / (Math.max(archive.index.size, MIN_SIZE) + 1)
  return entries.length / size / inArchive
}

const liftWeight = (lift: number): number =>
  Math.min(1, Math.max(MIN_LIFT_WEIGHT, Math.log2(lift) / Math.log2(FULL_LIFT)))

/**
 * The candidates that cover the most entries for their weight, one after the other. An author and a phrase may cover the
 * same entries; two phrases, of which one is part of the other, may not.
 */
function chooseBest(candidates: readonly Candidate[], most: number): Candidate[] {
  const chosen: Candidate[] = []
  const covered = { phrase: new Set<number>(), author: new Set<number>() }
  for (let left = [...candidates]; chosen.length < most; ) {
    const gains = new Map(left.map((one) => [one, gainOf(one, covered[one.term.kind])]))
    left = left.filter((one) => gains.get(one)! > 0 && !chosen.some((other) => overlaps(one, other)))
    // Of two equal ones, the longer phrase is the whole name.
    left.sort((a, b) => gains.get(b)! - gains.get(a)! || b.term.keys.length - a.term.keys.length)
    const [best] = left
    if (!best) break
    chosen.push(best)
    for (const entry of best.term.entries) covered[best.term.kind].add(entry)
  }
  return chosen
}

const gainOf = ({ term, weight }: Candidate, covered: ReadonlySet<number>): number =>
  weight * term.entries.filter((entry) => !covered.has(entry)).length

const overlaps = ({ term: one }: Candidate, { term: other }: Candidate): boolean =>
  one.kind === 'phrase' && other.kind === 'phrase' && (isPart(one, other) || isPart(other, one))
