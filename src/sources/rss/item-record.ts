import { z } from 'zod'
import { abstractField, distinct, instantField, listField, readEntries, textField } from '../read-entries.ts'
import type { ParsedRecords, SourceRecord } from '../source.ts'
import { abstractIn, labelledDoi } from './abstract-text.ts'
import { namesOf } from './author-names.ts'
import { htmlToText } from './html-text.ts'
import { identifiersOf, linkKey } from './item-identity.ts'
import type { ParsedFeed, ParsedItem } from './parse-feed.ts'

/**
 * The items of a feed as papers, each by itself. `address` is the feed's own. An item is its DOI or arXiv id; without
 * one, the address of its page, or its name within the feed. Items of the same address are different papers: some feeds
 * link all to the issue. Covers, mastheads and tables of contents are left out.
 */
export function toRecords(feed: ParsedFeed, address: string): ParsedRecords {
  const shared = sharedLinks(feed)
  const journal = journalName(feed.title ?? '')
  const items = feed.items.filter(({ title }) => !isFrontMatter(textOf(title)))
  const read = (item: ParsedItem) => recordOf(item, { address, journal, shared })
  return readEntries(
    items.map((item) => ({ item })),
    z.object({ item: z.custom<ParsedItem>() }).transform(({ item }) => read(item)),
  )
}

interface FeedContext {
  address: string
  journal: string | undefined
  /** Links that are no identity. */
  shared: ReadonlySet<string>
}

const MAX_KEYWORDS = 20
const MAX_KEYWORD_LENGTH = 100

function recordOf(item: ParsedItem, { address, journal, shared }: FeedContext): SourceRecord {
  const texts = item.texts.map(textOf)
  const identifiers = identifiersOf([...item.identifiers, ...texts.map(labelledDoi)])
  const link = item.link && !shared.has(item.link) ? item.link : undefined
  const key = identifiers.length > 0 ? undefined : linkKey({ link, guid: item.guid, address })
  const { text, authors } = abstractIn(texts)
  const named = listField(textField).parse(namesOf(item.authors.map(textOf))) ?? []
  const keywords = listField(textField).parse(item.keywords.map(textOf)) ?? []
  return {
    keys: key ? [key] : identifiers,
    title: textField.parse(textOf(item.title).replace(/^\[ASAP\]\s*/, '')) ?? '',
    abstract: abstractField.parse(text) ?? '',
    authors: named.length > 0 ? named : (listField(textField).parse(namesOf([authors])) ?? []),
    categories: [],
    keywords: distinct(keywords.filter(({ length }) => length <= MAX_KEYWORD_LENGTH)).slice(0, MAX_KEYWORDS),
    organization: textField.parse(nameOfJournal(item.journal)) ?? journal,
    publishedAt: firstDate(item.dates),
    ...(key && { projectUrl: pageOf(item.link) }),
  }
}

const textOf = (html: string | undefined): string => htmlToText(html ?? '')

/** The links that several items have, and that of the feed's page. */
function sharedLinks({ link, items }: ParsedFeed): Set<string> {
  const counts = new Map<string, number>()
  for (const item of items) if (item.link) counts.set(item.link, (counts.get(item.link) ?? 0) + 1)
  const shared = [...counts].filter(([, count]) => count > 1).map(([one]) => one)
  return new Set(link ? [...shared, link] : shared)
}

const pageOf = (link: string | undefined): string | undefined =>
  link && /^https?:/i.test(link) ? link : undefined

// Parts of an issue, and headings that many papers share: their titles would make them one paper.
const FRONT_MATTER =
  /^(?:(?:(?:front|back|inside|outside) )?(?:(?:front|back) )?cover(?: (?:picture|image|art|page|feature))?|masthead|(?:graphical )?(?:table of )?contents(?: (?:list|pages?))?|graphical (?:abstracts?|contents)|issue (?:information|editorial masthead|publication information)|title page|copyright(?: page| notice)?|editorial board(?: and publication information)?|(?:list of )?(?:reviewers|referees)|aims and scope|instructions for authors|(?:author |subject )?index|toc|publisher.s note|in this issue|issue highlights?|calendar(?: of events)?|announcements?|advertisements?|corrections?|corrigend(?:um|a)|errat(?:um|a)|editorials?|introduction|preface|foreword|book reviews?|obituary|commentary|letters? to the editor|reply|response|news)\.?$/i

const isFrontMatter = (title: string): boolean => FRONT_MATTER.test(title)

/** "Zootaxa" of "Zootaxa; Vol. 5082 No. 5"; undefined for an address. */
const nameOfJournal = (source: string | undefined): string | undefined =>
  source && /:\/\//.test(source) ? undefined : textOf(source).split(';')[0]

/** "Cell" of "ScienceDirect Publication: Cell" and "Wiley: Cell: Table of Contents". */
const journalName = (title: string): string | undefined =>
  textField.parse(
    textOf(title)
      .replace(/^(?:wiley|tandf|sciencedirect publication|sage publications(?: inc)?|pubmed)\s*[:>]\s*/i, '')
      .replace(/^(?:latest|recent|current|new)? ?(?:issue|articles|papers) (?:of|from|in) /i, '')
      .replace(
        /\s*(?:[:|-]|–|—)?\s*(?:table of contents|latest (?:results|articles)|current issue|most recent|early view|ahead of print|new articles?|rss feed|advance (?:access|articles))\s*$/i,
        '',
      ),
  )

function firstDate(dates: ParsedItem['dates']): Date | undefined {
  for (const text of dates) {
    const date = instantField.parse(text && withZone(text.trim()))
    if (date) return date
  }
  return undefined
}

/** A time without a zone counts as UTC, whatever the zone of this machine. */
function withZone(text: string): string {
  const isDate = /^\d{4}(?:-\d\d){0,2}$/.test(text)
  if (isDate || /(?:[A-Z]{1,4}|[+-]\d{2}:?\d{2})\)?$/i.test(text.replace(/^[A-Z]{3,9},?\s/i, ''))) return text
  return /^\d{4}-\d\d-\d\dT/.test(text) ? `${text}Z` : `${text} UTC`
}
