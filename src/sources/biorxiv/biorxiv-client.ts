import { Fault } from '../../core/errors.ts'
import { MAX_ENTRIES, paginate, readJsonResponse, requireReadable } from '../read-entries.ts'
import type { FetchDayInput, FetchedDay, FetchPolicy, SourceResponse } from '../source.ts'
import { categoryOf, type DetailsPage, parseDetails, parseDetailsPage } from './parse-details.ts'
import { parseSubject, type Server } from './subjects.ts'

const EMPTY_AND_WELL = /^(ok$|no .*found)/i

/**
 * Fetches everything that a server posted on a day, new papers and newer versions. Pages are shorter than documented,
 * and `total` may be too high. https://api.biorxiv.org/details/biorxiv/help Throws source.*.
 */
export const fetchFrom =
  (server: Server) =>
  async (input: FetchDayInput): Promise<FetchedDay> => {
    const subject = input.section === undefined ? undefined : parseSubject(server, input.section)
    let total = 0
    const { entries, isTruncated } = await paginate(input, {
      maxBytes: fetchPolicy.maxBytes,
      async fetchPage(had) {
        const request = { url: addressOf(input, server, subject, had.entries), accept: 'application/json' }
        const page = await input.request(request, (response) => readPage(input, response))
        total = Math.max(total, page.total ?? 0)
        return page.entries
      },
    })
    if (!isTruncated && entries.length < total)
      input.warn(`it says that it has ${total} entries, and gave ${entries.length}`)
    const parsed = parseDetails(entries.filter((entry) => isOfSubject(entry, subject)))
    requireReadable(input, parsed)
    return parsed
  }

function addressOf(
  { day, urls }: FetchDayInput,
  server: Server,
  subject: string | undefined,
  cursor: number,
): string {
  const path = `${urls.BIORXIV_URL}/details/${server}/${day}/${day}/${cursor}/json`
  return subject ? `${path}?category=${subject}` : path
}

/** The API ignores a subject that it does not know, and returns every paper of the day. */
function isOfSubject(entry: unknown, subject: string | undefined): boolean {
  const category = subject === undefined ? undefined : categoryOf(entry)
  return category === undefined || category.toLowerCase().replace(/[^a-z]+/g, '_') === subject
}

function readPage(input: FetchDayInput, response: SourceResponse): DetailsPage {
  const page = readJsonResponse(input, response, pageIn)
  if (page.entries.length > 0 || EMPTY_AND_WELL.test(page.status ?? '')) return page
  const { source, day } = input
  const type = `status: ${page.status ?? 'none'}`
  throw new Fault('source.not-json', { source, day, status: response.status, type })
}

function pageIn(value: unknown): DetailsPage | undefined {
  const page = parseDetailsPage(value)
  return page && page.entries.length <= MAX_ENTRIES ? page : undefined
}

/** https://api.biorxiv.org states no limits: we send one request a second, for a day of some ten pages. */
export const fetchPolicy = {
  service: 'biorxiv',
  gapMs: 1000,
  timeoutMs: 30_000,
  maxBytes: 4_000_000,
  defaultPauseSeconds: 60,
  maxPauseMs: 600_000,
} satisfies FetchPolicy
