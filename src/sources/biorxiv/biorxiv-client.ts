import { Fault } from '../../platform/errors.ts'
import { jsonIn } from '../json-in.ts'
import { MOST_ENTRIES } from '../read-entries.ts'
import type { Answer, FetchDay, FetchedDay } from '../source.ts'
import { manners } from './manners.ts'
import { type DetailsPage, parseDetails, parsePage } from './parse-details.ts'
import { subjectOf } from './subjects.ts'

// Of 30 entries each: ten times what a day has.
const MOST_PAGES = 100
const EMPTY_AND_WELL = /^(ok$|no .*found)/i

/**
 * Everything that is posted on a day, new papers and newer versions, page by page until an empty one: pages are
 * shorter than is written, and `total` may be more than there is. https://api.biorxiv.org/details/biorxiv/help
 * Throws source.*, source.unreadable where no entry can be read.
 */
export async function fetchDay(input: FetchDay): Promise<FetchedDay> {
  const entries = await fetchPages(input)
  const parsed = parseDetails(entries)
  const [first] = parsed.refused
  if (first && parsed.records.length === 0)
    throw new Fault('source.unreadable', { ...placeOf(input), count: entries.length, why: first.why })
  return parsed
}

const placeOf = ({ day, section }: FetchDay) => ({
  source: section === undefined ? 'biorxiv' : `biorxiv:${section}`,
  day,
})

async function fetchPages(input: FetchDay): Promise<unknown[]> {
  const { ask, warn } = input
  const entries: unknown[] = []
  const seen = new Set<string>()
  let total = 0
  let size = 0
  while (seen.size < MOST_PAGES) {
    const question = { url: addressOf(input, entries.length), accept: 'application/json' }
    const page = await ask(question, (answer) => readPage(input, answer))
    total = Math.max(total, page.total ?? 0)
    const text = JSON.stringify(page.entries)
    if (page.entries.length === 0 || seen.has(text)) break // a server without pages repeats itself
    seen.add(text)
    size += text.length
    if (size > manners.mostBytes)
      throw new Fault('source.too-large', { ...placeOf(input), status: 200, most: manners.mostBytes })
    entries.push(...page.entries)
  }
  if (seen.size === MOST_PAGES) warn(`it has more than ${MOST_PAGES} pages: the others are left out`)
  else if (entries.length < total) warn(`it says that it has ${total} entries, and gave ${entries.length}`)
  return entries
}

function addressOf({ day, section, urls }: FetchDay, cursor: number): string {
  const subject = section === undefined ? undefined : subjectOf(section)
  const path = `${urls.BIORXIV_URL}/details/biorxiv/${day}/${day}/${cursor}/json`
  return subject ? `${path}?category=${subject}` : path
}

function readPage(input: FetchDay, { status, headers, body }: Answer): DetailsPage {
  const place = { ...placeOf(input), status }
  if (status === 400) throw new Fault('source.refused-date', place)
  if (status !== 200) throw new Fault('source.refused', place)
  const page = parsePage(jsonIn(body))
  if (!page || page.entries.length > MOST_ENTRIES)
    throw new Fault('source.not-json', { ...place, type: headers.get('content-type') ?? 'no type' })
  const isWell = page.entries.length > 0 || EMPTY_AND_WELL.test(page.status ?? '')
  if (!isWell) throw new Fault('source.not-json', { ...place, type: `status: ${page.status ?? 'none'}` })
  return page
}
