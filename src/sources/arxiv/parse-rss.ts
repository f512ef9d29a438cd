import { z } from 'zod'
import { abstractField, distinct, lenient, listField, readEntries, textField } from '../read-entries.ts'
import type { ListingKind, SourceRecord } from '../source.ts'
import { arxivKeysOf, elementText, firstArxivId, NotXmlError, readXml } from './read-xml.ts'

export type RssFeed = ReturnType<typeof parseRss>

const KINDS: Record<string, ListingKind> = {
  new: 'new',
  cross: 'cross',
  replace: 'revised',
  'replace-cross': 'revised',
}
// arXiv does not announce a change of only the abstract.
const UNANNOUNCED = 'absonly'

const channel = z.object({
  title: elementText,
  description: elementText,
  item: z.array(z.unknown()).default([]),
})

/** Parses an announcement feed: https://info.arxiv.org/help/rss_specifications.html. Throws NotXmlError. */
export function parseRss(body: string) {
  const { data } = z.object({ channel }).safeParse(readXml(body, 'rss'))
  if (!data) throw new NotXmlError('it has no <channel>')
  const { title, description, item: items } = data.channel
  const announced = items.filter((one) => announceType(one) !== UNANNOUNCED)
  const isError = title?.startsWith('Feed error') ?? false
  return {
    ...readEntries(announced, item.transform(toRecord)),
    /** The number of items in the feed, including those that were not read. */
    items: items.length,
    /** The feed's message if it cannot serve the request. */
    error: isError ? (description ?? title) : undefined,
  }
}

// An item repeats its id and announce type before the abstract.
const HEAD = /^arXiv:(?<id>\S+)\s+Announce Type:\s*(?<type>\S+)\s+(?:Abstract:\s*)?/

const item = z.object({
  title: elementText,
  description: lenient(z.string()),
  guid: elementText,
  link: elementText,
  category: listField(elementText),
  announce_type: elementText,
  DOI: elementText,
  creator: lenient(z.string().transform((line) => listField(textField).parse(splitAuthors(line)))),
})

const announceType = (one: unknown): string | undefined => {
  const { data } = item.safeParse(one)
  return data && (data.announce_type ?? HEAD.exec(data.description ?? '')?.groups?.type)
}

function toRecord(one: z.output<typeof item>, context: z.RefinementCtx): SourceRecord {
  const { description = '' } = one
  const head = HEAD.exec(description)
  const type = one.announce_type ?? head?.groups?.type ?? 'none'
  const arxiv = firstArxivId(one.guid, head?.groups?.id, one.link)
  if (!arxiv) context.addIssue({ code: 'custom', message: 'no arXiv id' })
  if (!KINDS[type]) context.addIssue({ code: 'custom', message: `announce type: ${type}` })
  return {
    kind: KINDS[type],
    keys: arxivKeysOf(arxiv?.id ?? '', one.DOI),
    version: arxiv?.version,
    title: one.title ?? '',
    abstract: abstractField.parse(description.slice(head?.[0].length ?? 0)) ?? '',
    authors: one.creator ?? [],
    categories: distinct(one.category),
    keywords: [],
  }
}

/**
 * Splits a line of authors, "Ana Li (MIT, USA),  Bo  Xu and The ATLAS Collaboration". Commas inside parentheses do not
 * separate names; parentheses after a name contain an affiliation, which is dropped.
 */
export function splitAuthors(line: string): string[] {
  const spaced = line.replace(/\s+/g, ' ')
  const parts = isBalanced(spaced) ? partsOutside(spaced) : spaced.split(',')
  return parts.map((part) => withoutAffiliation(part.trim().replace(/^and /, ''))).filter(Boolean)
}

function isBalanced(line: string): boolean {
  let depth = 0
  for (const sign of line) {
    if (sign === '(') depth++
    if (sign === ')' && --depth < 0) return false
  }
  return depth === 0
}

function partsOutside(line: string): string[] {
  const parts: string[][] = [[]]
  let depth = 0
  for (const piece of line.split(/([(),]| and )/)) {
    if (piece === '(') depth++
    if (piece === ')') depth--
    const parted = depth === 0 && (piece === ',' || piece === ' and ')
    if (parted) parts.push([])
    else parts.at(-1)!.push(piece)
  }
  return parts.map((pieces) => pieces.join(''))
}

// Keeps a name that is entirely in parentheses.
function withoutAffiliation(name: string): string {
  let rest = name
  while (rest.endsWith(')')) {
    const start = startOfLastParenthesis(rest)
    if (start <= 0) break
    rest = rest.slice(0, start).trimEnd()
  }
  return rest
}

function startOfLastParenthesis(name: string): number {
  let depth = 0
  for (let i = name.length - 1; i >= 0; i--) {
    if (name[i] === ')') depth++
    if (name[i] === '(' && --depth === 0) return i
  }
  return -1
}
