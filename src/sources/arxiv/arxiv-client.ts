import { distinctBy } from '../../core/distinct-by.ts'
import { Fault } from '../../core/errors.ts'
import { requireReadable } from '../read-entries.ts'
import {
  type FetchDayInput,
  type FetchedDay,
  type FetchPolicy,
  type Identifier,
  identifierText,
  type ParsedRecords,
  type SourceRecord,
  type SourceResponse,
} from '../source.ts'
import { calendar, isInFeed } from './calendar.ts'
import { oaiSetOf } from './categories.ts'
import { parseApi } from './parse-api.ts'
import {
  type HarvestDates,
  type HarvestPage,
  harvestedKind,
  kindAfterDetails,
  parseOai,
} from './parse-oai.ts'
import { parseRss, type RssFeed } from './parse-rss.ts'
import { NotXmlError } from './read-xml.ts'

const XML = 'application/rss+xml, application/atom+xml, application/xml, text/xml'
// A feed has no more items, and leaves out new papers first: arXiv's feed/database.py.
const MAX_IN_FEED = 2000
const MAX_PAGES = 30
// A page has some 3 MB, and a day of the largest category has two pages.
const MAX_HARVEST_BYTES = 24_000_000
const BATCH_SIZE = 100
const MAX_BATCHES = 50

interface Found extends ParsedRecords {
  /** Records that are in the archive but not in the feed. */
  made: SourceRecord[]
  /** Whether some of them were announced, even if we have them already. */
  isMadeUp?: boolean
  reason?: 'repeated'
}

/**
 * Fetches a day's announcement in one category: from its feed while the feed shows that day; later, or if the feed is
 * incomplete, from the archive by OAI-PMH. Details are from the API. Throws source.*, but if only the API fails, logs a
 * warning.
 */
export async function fetchDay(input: FetchDayInput): Promise<FetchedDay> {
  const found = isInFeed(input.day, input.now) ? await fromFeed(input) : await fromArchive(input)
  const withoutDate = await input.withoutDate([...found.records, ...found.made].flatMap(arxivKeys))
  // The archive does not distinguish a new paper from a newer version; the API does. So request details of papers that
  // only the archive has.
  const uncertainKinds = found.made.filter(isListed).map(keyTextOf)
  const details = await detailsOf(input, [...new Set([...withoutDate, ...uncertainKinds])])
  // The feed joins names with commas, but names contain commas too. Once the API's list of authors is known, keep it.
  const settled = (record: SourceRecord) =>
    withoutDate.has(keyTextOf(record)) || !isListed(record) ? record : { ...record, authors: [] }
  const detailed = (record: SourceRecord) => withDetails(settled(record), details.get(keyTextOf(record)))
  const made = found.made.map(detailed).map((one) => ({ ...one, kind: kindAfterDetails(one, input.day) }))
  return {
    records: [...found.records.map(detailed), ...made],
    refused: found.refused,
    reason: found.isMadeUp || made.some(isListed) ? 'made-up' : found.reason,
  }
}

const isListed = ({ kind }: SourceRecord): boolean => kind !== 'revised'

const arxivKeys = ({ keys }: SourceRecord): Identifier[] => keys.filter(({ scheme }) => scheme === 'arxiv')

const keyTextOf = (record: SourceRecord): string => arxivKeys(record).map(identifierText)[0] ?? ''

async function fromFeed(input: FetchDayInput): Promise<Found> {
  const { day, now, urls, section, request } = input
  const feed = await request({ url: `${urls.ARXIV_RSS_URL}/rss/${section}`, accept: XML }, (response) =>
    readFeed(input, response),
  )
  const shown = { ...(await withoutSeen(input, feed)), made: [] }
  const isMissing =
    !shown.records.some(isListed) && !calendar.dayOffReason(day) && now >= calendar.stallsAt(day)
  return isMissing || feed.items >= MAX_IN_FEED ? completedFromArchive(input, shown) : shown
}

/**
 * Sometimes arXiv does not renew a feed, so it shows an earlier day under today's date. Only papers that we saw before
 * reveal this.
 */
async function withoutSeen(
  input: FetchDayInput,
  { records, refused }: RssFeed,
): Promise<Omit<Found, 'made'>> {
  const listed = records.filter(isListed)
  const unseen = await input.unseen(listed.flatMap(arxivKeys))
  const fresh = records.filter((record) => !isListed(record) || unseen.has(keyTextOf(record)))
  const isRepeated = listed.length > 0 && !fresh.some(isListed)
  return isRepeated ? { records: [], refused, reason: 'repeated' } : { records: fresh, refused }
}

// If the archive fails too, the day keeps what the feed has, and the next fetch is soon.
async function completedFromArchive(input: FetchDayInput, shown: Found): Promise<Found> {
  try {
    const { made, announced, refused } = await fromArchive(input)
    const had = new Set(shown.records.map(keyTextOf))
    const others = made.filter((record) => !had.has(keyTextOf(record)))
    const isMadeUp = others.some((record) => announced.has(keyTextOf(record)))
    return { ...shown, made: others, isMadeUp, refused: [...shown.refused, ...refused] }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    input.warn(`the archive, for what the feed lacks: ${error.message}`)
    return shown
  }
}

/**
 * What the feed said about a paper on this day stays. If no paper is listed, there was no announcement, only changes of
 * papers in the archive.
 */
async function fromArchive(input: FetchDayInput): Promise<Found & { announced: ReadonlySet<string> }> {
  const { records, refused, dates } = await harvest(input)
  const keys = records.flatMap(arxivKeys)
  const listed = await input.listed(keys)
  const unseen = await input.unseen(keys)
  const announced = new Set<string>()
  const made = records.flatMap((record) => {
    const key = keyTextOf(record)
    const kind = harvestedKind({ ...input, record, dates: dates.get(key), isUnseen: unseen.has(key) })
    if (kind && kind !== 'revised') announced.add(key)
    return kind || listed.has(key) ? [{ ...record, kind: listed.has(key) ? 'revised' : kind }] : []
  })
  return { records: [], refused, announced, made: listed.size > 0 || announced.size > 0 ? made : [] }
}

type Harvest = ParsedRecords & { dates: Map<string, HarvestDates> }

/** Fetches all pages of a day. Starts again once if the resumption token has expired. */
async function harvest(input: FetchDayInput): Promise<Harvest> {
  const harvested = (await pagesOf(input)) ?? (await pagesOf(input))
  if (!harvested) throw refusedFault(input, 200, 'badResumptionToken, twice')
  requireReadable(input, harvested)
  return harvested
}

async function pagesOf(input: FetchDayInput): Promise<Harvest | undefined> {
  const { source, day } = input
  const all: Harvest = { records: [], refused: [], dates: new Map() }
  const tokens = new Set<string>()
  let bytes = 0
  for (let token: string | undefined; tokens.size < MAX_PAGES; ) {
    const page = await pageOf(input, token)
    bytes += page.bytes
    if (bytes > MAX_HARVEST_BYTES)
      throw new Fault('source.too-large', { source, day, status: 200, most: MAX_HARVEST_BYTES })
    if (page.error?.code === 'badResumptionToken') return undefined
    add(all, page)
    token = page.token
    if (!token) return all
    if (tokens.has(token)) break
    tokens.add(token)
  }
  input.warn(`the archive's list has no end after ${tokens.size} pages: the rest was left out`)
  return all
}

function add(all: Harvest, { records, refused, dates }: HarvestPage): void {
  const before = all.records.length + all.refused.length
  all.records.push(...records.filter((record) => !all.dates.has(keyTextOf(record))))
  all.refused.push(...refused.map(({ index, why }) => ({ index: before + index, why })))
  for (const [key, known] of dates) all.dates.set(key, known)
}

function pageOf(input: FetchDayInput, token: string | undefined): Promise<HarvestPage & { bytes: number }> {
  const { day, urls, section = '', request } = input
  const whole = `metadataPrefix=arXiv&set=${oaiSetOf(section)}&from=${day}&until=${day}`
  const query = token ? `resumptionToken=${encodeURIComponent(token)}` : whole
  return request({ url: `${urls.ARXIV_OAI_URL}/oai?verb=ListRecords&${query}`, accept: XML }, (response) => ({
    ...readHarvestPage(input, response),
    bytes: response.body.length,
  }))
}

/** The API's details of papers, by "arxiv:2507.06457". Later fetches request the details that are missing now. */
async function detailsOf(input: FetchDayInput, papers: string[]): Promise<Map<string, SourceRecord>> {
  const details = new Map<string, SourceRecord>()
  const ids = papers.filter((key) => key.startsWith('arxiv:')).map((key) => key.slice('arxiv:'.length))
  for (let from = 0; from < Math.min(ids.length, MAX_BATCHES * BATCH_SIZE); from += BATCH_SIZE) {
    const batch = ids.slice(from, from + BATCH_SIZE)
    const records = await fetchBatch(input, batch)
    if (records === 'no more') break
    // The API may return papers that were not requested.
    const requested = new Set(batch.map((id) => `arxiv:${id}`))
    for (const record of records) if (requested.has(keyTextOf(record))) details.set(keyTextOf(record), record)
  }
  return details
}

async function fetchBatch(input: FetchDayInput, ids: string[]): Promise<SourceRecord[] | 'no more'> {
  const list = ids.map(encodeURIComponent).join(',')
  const url = `${input.urls.ARXIV_API_URL}/api/query?id_list=${list}&max_results=${ids.length}`
  try {
    const records = await input.request({ url, accept: XML }, (response) => readDetails(input, response))
    if (records.length === 0) input.warn(`the API knows none of ${ids.length} papers`)
    return records
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    input.warn(`the API, for details of ${ids.length} papers: ${error.message}`)
    return error.code === 'source.refused' ? [] : 'no more' // another batch may have no id that the API rejects
  }
}

/**
 * Adds the API's details to a record from the feed or the archive. If the API has an older version, adds only what is
 * true of all versions.
 */
export function withDetails(record: SourceRecord, details: SourceRecord | undefined): SourceRecord {
  if (!details) return record
  const { version = 0, publishedAt } = details
  const keys = distinctBy([...record.keys, ...details.keys], identifierText)
  const known = { ...record, keys, publishedAt: publishedAt ?? record.publishedAt }
  if (version < (record.version ?? 0)) return known
  return {
    ...known,
    version: details.version,
    authors: details.authors.length > 0 ? details.authors : record.authors,
    categories: details.categories.length > 0 ? details.categories : record.categories,
    withdrawnAt: details.withdrawnAt ?? record.withdrawnAt,
    isRetracted: details.isRetracted ?? record.isRetracted,
  }
}

/** Throws source.refused, source.not-xml and source.unreadable. */
function readFeed(input: FetchDayInput, { status, body }: SourceResponse): RssFeed {
  if (status !== 200 && status !== 400) throw refusedFault(input, status)
  const feed = xmlIn(input, { status, what: 'feed' }, () => parseRss(body))
  if (status !== 200 || feed.error) throw refusedFault(input, status, feed.error)
  requireReadable(input, feed)
  return feed
}

const IS_NO_FAULT = ['noRecordsMatch', 'badResumptionToken']

/**
 * Reads a page of the archive's list. Two errors are normal here: no records, and an expired token. Throws
 * source.refused, source.not-xml.
 */
function readHarvestPage(input: FetchDayInput, { status, body }: SourceResponse): HarvestPage {
  if (status !== 200) throw refusedFault(input, status)
  const page = xmlIn(input, { status, what: 'list of records' }, () => parseOai(body))
  const { error } = page
  if (error && !IS_NO_FAULT.includes(error.code))
    throw refusedFault(input, status, `${error.code}: ${error.text}`)
  return page
}

/** Reads the API's details of the requested papers. Throws source.refused, source.not-xml. */
function readDetails(input: FetchDayInput, { status, body }: SourceResponse): SourceRecord[] {
  if (status !== 200 && status !== 400) throw refusedFault(input, status)
  const { records, error } = xmlIn(input, { status, what: 'feed' }, () => parseApi(body))
  if (status !== 200 || error) throw refusedFault(input, status, error)
  return records
}

function xmlIn<T>(input: FetchDayInput, place: { status: number; what: string }, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof NotXmlError)) throw error
    const { source, day } = input
    throw new Fault('source.not-xml', { source, day, ...place, why: error.message })
  }
}

/** The fault for a response that we cannot use. Logs arXiv's reason as a warning. */
function refusedFault(input: FetchDayInput, status: number, why?: string): Fault {
  if (why) input.warn(`arXiv says: ${why}`)
  const { source, day } = input
  return new Fault('source.refused', { source, day, status, ...(why && { why }) })
}

/**
 * API, feeds and OAI-PMH together: one request every three seconds and one at a time, over all machines of an operator:
 * https://info.arxiv.org/help/api/tou.html#rate-limits. A 429 means that arXiv is busy; it has no Retry-After.
 */
export const fetchPolicy = {
  service: 'arxiv',
  gapMs: 3000,
  timeoutMs: 30_000,
  maxBytes: 6_000_000,
  defaultPauseSeconds: 900,
  maxPauseMs: 30_000,
} satisfies FetchPolicy
