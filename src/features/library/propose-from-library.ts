import { addDays, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import type { StoredPaper } from '../../papers/merge.ts'
import type { Paper } from '../../papers/paper.ts'
import { type PaperKey, parsePaperName, titleKey } from '../../papers/paper-key.ts'
import { papersWithKeys } from '../../papers/stored-paper.repo.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import type { Archive, DayBounds } from '../../queries/archive.ts'
import { checkDeadline, within } from '../../queries/deadline.ts'
import { proposeTopic } from '../../queries/ranking/propose-topic.ts'
import { wordCounts } from '../../queries/ranking/tf-idf.ts'
import { WordIndex } from '../../queries/text/tokens.ts'
import { inSearchThread } from '../../search/in-search-thread.ts'
import { MAX_DAYS, openNewestArchive } from '../../search/open-archive.ts'
import { readAuthors } from './author-names.ts'
import { type BadEntry, MAX_WITH_ABSTRACTS } from './library-entry.ts'
import { MAX_READING_MS } from './library-reader.ts'
import type { LibraryText } from './library-terms.ts'
import { type LibraryTopic, type LibraryTopics, libraryTopics } from './library-topics.ts'
import type { ReadingOutcome } from './library-worker.ts'
import type { LibraryEntry } from './read-library.ts'

export interface LibraryProposal {
  /** Null if the time ran out. */
  found: LibraryTopics | null
  /** The ids of its papers on the site, newest first. */
  paperIds: number[]
  /** How many entries were read. */
  entries: number
  /** Entries that were skipped, by line. */
  bad: BadEntry[]
  /** How many entries there are, including those beyond MAX_LIBRARY_ENTRIES. */
  count: number
  /** How many of them were reached before the time ran out. */
  reached: number
}

/** How many papers that are similar to a single entry show what is its subject. */
const SIMILAR = 30
/** Milliseconds of CPU time for a library. Reading it leaves the rest for the topics. */
const MAX_MS = 2000

/**
 * Proposes topics from a library that was read, of as many entries as the time allows. Nothing of it is kept. Read-only.
 */
export const proposeFromLibrary = inSearchThread(import.meta.url, 'proposeFromLibrary', proposeHere)

async function proposeHere(deps: Deps, { library, spentMs }: ReadingOutcome): Promise<LibraryProposal> {
  const proposing = { leftMs: MAX_MS - spentMs }
  const { entries, bad, count, reached } = library
  const keys = entries.map(keysOf)
  const papers = await papersWithKeys(deps.db, keys.flat())
  const byKey = new Map(
    papers.flatMap((paper) => paper.keys.map((key): [string, StoredPaper] => [nameOf(key), paper])),
  )
  const stored = keys.map((each) => each.map((key) => byKey.get(nameOf(key))).find(Boolean))
  const known = entries.map((entry, i) => ({ ...entry, stored: stored[i]?.facts })).filter(hasTitle)
  const unknown = entries.filter((entry, i) => !hasTitle({ ...entry, stored: stored[i]?.facts }))
  const today = dayOf(deps.clock.now())
  const days = { from: addDays(today, 1 - MAX_DAYS), to: today }
  const archive = await openNewestArchive(deps)
  const proposed = within(proposing, () => proposedTopics(archive, known, days))
  // Then not even the number of entries is known.
  const isUnread = count === 0 && spentMs >= MAX_READING_MS
  return {
    found: isUnread ? null : (proposed?.value ?? null),
    paperIds: newestFirst(stored.filter((paper) => paper !== undefined)),
    entries: known.length,
    bad: [...bad, ...unknown.map(({ line }): BadEntry => ({ line, reason: 'unknown' }))].sort(
      (a, b) => a.line - b.line,
    ),
    count,
    reached,
  }
}

function newestFirst(papers: readonly StoredPaper[]): number[] {
  const newest = papers.toSorted((a, b) => (a.facts.firstDay < b.facts.firstDay ? 1 : -1))
  return [...new Set(newest.map(({ id }) => id))]
}

type StoredText = Pick<Paper, 'title' | 'abstract' | 'keywords' | 'authors'>

/** An entry with the paper on the site, since entries often have only a title or an identifier. */
type KnownEntry = LibraryEntry & { stored: StoredText | undefined }

const hasTitle = ({ title, stored }: KnownEntry): boolean => title !== '' || stored !== undefined

/** The keys that the paper of an entry may have in the database. */
function keysOf({ name, title }: LibraryEntry): PaperKey[] {
  const named = name === undefined ? undefined : parsePaperName(name)
  return [named ?? [], title ? titleKey(title) : []].flat()
}

const nameOf = ({ scheme, value }: PaperKey): string => `${scheme}:${value}`

function proposedTopics(archive: Archive, entries: readonly KnownEntry[], days: DayBounds): LibraryTopics {
  const hasAbstracts = entries.length <= MAX_WITH_ABSTRACTS
  const texts = entries.map((entry): LibraryText => {
    checkDeadline()
    const { title, abstract, keywords, authors } = entry.stored ? plain(entry.stored, hasAbstracts) : entry
    const index = (text: string) => new WordIndex(text, 'prose')
    return { title: index(title), abstract: index(abstract), keywords: keywords.map(index), authors }
  })
  const [only] = texts
  const topic = only && texts.length === 1 ? topicOfOne(archive, only, days) : null
  if (topic) return { topics: [topic], offers: [] }
  return libraryTopics(archive, texts, days)
}

/** A topic for papers similar to the only one, which shares phrases with them. */
function topicOfOne(archive: Archive, text: LibraryText, days: DayBounds): LibraryTopic | null {
  const similar = archive.similarTo(wordCounts(text), { most: SIMILAR })
  const topic = proposeTopic(archive, text, { similarIds: similar.map(({ id }) => id), days })
  return topic && topic.papers > 0 ? { query: topic.query, entries: 1, papers: topic.papers } : null
}

const plain = ({ title, abstract, keywords, authors }: StoredText, hasAbstracts: boolean): StoredText => ({
  title: plainText(title),
  abstract: hasAbstracts ? plainText(abstract) : '',
  keywords: keywords.map(plainText),
  authors: readAuthors(authors),
})
