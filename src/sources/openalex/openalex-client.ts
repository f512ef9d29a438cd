import { z } from 'zod'
import { addDays, dayOf } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { parseLabelled } from '../labelled-section.ts'
import {
  countField,
  excerpt,
  parseBoundedJson,
  readJsonResponse,
  requireReadable,
  textField,
} from '../read-entries.ts'
import {
  type FetchDayInput,
  type FetchedDay,
  type FetchPolicy,
  MAX_PAPERS_A_DAY,
  type ParsedRecords,
  type SourceResponse,
} from '../source.ts'
import { encodedFilter, namesTypes } from './filter.ts'
import { type Look, looksOf } from './looks.ts'
import { parseWorks, WORK_FIELDS } from './parse-works.ts'

/** The documentation says 100; the service accepts 200. */
const PER_PAGE = 100
/** A look with more works is not read, but a shorter one. */
const MAX_WORKS = 3000
/** For the shortest look, of three days. */
const MAX_WORKS_OF_SHORTEST = 3 * MAX_PAPERS_A_DAY

/**
 * Fetches the works of a filter that were published lately. Works are indexed late, and only paying customers may ask
 * for new ones, so each fetch asks for the works of the last days or weeks: the ingest leaves out those that it had
 * before. https://developers.openalex.org/guides/page-through-results Throws source.*.
 */
export async function fetchDay(input: FetchDayInput): Promise<FetchedDay> {
  const { source, day, lastFetch } = input
  const looks = looksOf({ source, day, lastFetch: lastFetch ? dayOf(lastFetch) : undefined })
  for (const look of looks) {
    const first = await fetchPage(input, look, { cursor: FIRST, had: 0 })
    if (first.count <= MAX_WORKS || look === looks.at(-1)) return readPages(input, look, first)
    input.warn(`it has ${first.count} works of the last ${look.back} days: a shorter time is read`)
  }
  throw new Error('there is no look')
}

const FIRST = '*'

async function readPages(input: FetchDayInput, look: Look, first: WorksPage): Promise<FetchedDay> {
  requireFew(input, first.count)
  const parsed: ParsedRecords = { records: [], refused: [] }
  const anyType = namesTypes(filterOf(input))
  const cursors = new Set<string>()
  let had = 0
  let page = first
  for (;;) {
    const { records, refused } = parseWorks(page.works, { anyType })
    parsed.records.push(...records)
    parsed.refused.push(...refused.map(({ index, why }) => ({ index: had + index, why })))
    had += page.works.length
    const { next } = page
    if (!next || page.works.length === 0 || cursors.has(next)) break
    cursors.add(next)
    page = await fetchPage(input, look, { cursor: next, had })
  }
  requireReadable(input, parsed)
  return parsed
}

function requireFew({ source, day }: FetchDayInput, count: number): void {
  if (count <= MAX_WORKS_OF_SHORTEST) return
  throw new Fault('source.too-many', { source, day, count: Math.round(count / 3), most: MAX_PAPERS_A_DAY })
}

interface WorksPage {
  /** How many works there are on all pages. */
  count: number
  /** The cursor of the next page; undefined for the last one. */
  next?: string
  works: unknown[]
}

interface Place {
  cursor: string
  /** How many works the pages before it had. */
  had: number
}

const fetchPage = (input: FetchDayInput, look: Look, place: Place): Promise<WorksPage> =>
  input.request({ url: addressOf(input, look, place), accept: 'application/json' }, (response) =>
    readPage(input, response, place),
  )

const filterOf = ({ section = '' }: FetchDayInput): string => parseLabelled(section).value

function addressOf(input: FetchDayInput, { back, ahead }: Look, { cursor }: Place): string {
  const { day, urls } = input
  const dates = `from_publication_date:${addDays(day, -back)},to_publication_date:${addDays(day, ahead)}`
  const filter = `filter=${encodedFilter(filterOf(input))},${dates}`
  const paging = `sort=publication_date:desc&per_page=${PER_PAGE}&cursor=${encodeURIComponent(cursor)}`
  return `${urls.OPENALEX_URL}/works?${filter}&${paging}&select=${WORK_FIELDS.join(',')}`
}

const answer = z.object({
  meta: z.object({ count: countField, next_cursor: textField }),
  results: z.array(z.unknown()).max(2 * PER_PAGE),
})

function readPage(input: FetchDayInput, response: SourceResponse, { had }: Place): WorksPage {
  requireAccepted(input, response)
  const page = readJsonResponse(input, response, (value) => answer.safeParse(value).data)
  const { count = 0, next_cursor: next } = page.meta
  const missing = next ? 0 : count - had - page.results.length
  // A search that took too long returns only a part of a page, and no cursor.
  if (missing > Math.max(1, count / 100)) {
    const { source, day } = input
    const type = `${count - missing} of ${count} works`
    throw new Fault('source.not-json', { source, day, status: response.status, type })
  }
  return { count, next, works: page.results }
}

const refusal = z.object({ message: textField })
const MAX_SENTENCE_LENGTH = 200

/** Throws source.refused-filter with the sentence of OpenAlex, and source.refused-key. */
function requireAccepted({ source, day }: FetchDayInput, { status, body }: SourceResponse): void {
  if (status === 401 || status === 403) throw new Fault('source.refused-key', { source, day, status })
  if (status !== 400) return
  const { message = '' } = refusal.safeParse(parseBoundedJson(body)).data ?? {}
  // The second sentence lists each field that there is.
  const [sentence = ''] = message.split(/(?<=\.)\s/)
  const what = excerpt(sentence, MAX_SENTENCE_LENGTH).replace(/[.\s]+$/, '') || 'no reason'
  throw new Fault('source.refused-filter', { source, day, status, what })
}

/**
 * Ten requests a second are allowed, and a thousand a day without a key:
 * https://developers.openalex.org/api-reference/authentication. A page of large collaborations has some 10 MB. With a
 * 429, the headers say what the request costs and what is left of the day's budget.
 */
export const fetchPolicy = {
  service: 'openalex',
  gapMs: 500,
  timeoutMs: 30_000,
  maxBytes: 16_000_000,
  defaultPauseSeconds: 60,
  maxPauseMs: 600_000,
  isBudgetSpent: (headers) =>
    Number(headers.get('x-ratelimit-remaining-usd') ?? Number.NaN) <
    Number(headers.get('x-ratelimit-cost-required-usd') ?? Number.NaN),
} satisfies FetchPolicy
