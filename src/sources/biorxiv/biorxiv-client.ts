import { Fault } from '../../core/errors.ts'
import { paginate } from '../paginate.ts'
import { MAX_ENTRIES, requireReadable } from '../read-entries.ts'
import { readJsonResponse } from '../read-json-response.ts'
import type { FetchDayInput, FetchedDay, SourceResponse } from '../source.ts'
import { fetchPolicy } from './fetch-policy.ts'
import { type DetailsPage, parseDetails, parseDetailsPage } from './parse-details.ts'
import { parseSubject } from './parse-subject.ts'

const EMPTY_AND_WELL = /^(ok$|no .*found)/i

/**
 * Fetches everything that is posted on a day, new papers and newer versions. Pages are shorter than documented, and
 * `total` may be too high. https://api.biorxiv.org/details/biorxiv/help Throws source.*.
 */
export async function fetchDay(input: FetchDayInput): Promise<FetchedDay> {
  let total = 0
  const { entries, isTruncated } = await paginate(input, {
    maxBytes: fetchPolicy.maxBytes,
    async fetchPage(had) {
      const request = { url: addressOf(input, had.entries), accept: 'application/json' }
      const page = await input.request(request, (response) => readPage(input, response))
      total = Math.max(total, page.total ?? 0)
      return page.entries
    },
  })
  if (!isTruncated && entries.length < total)
    input.warn(`it says that it has ${total} entries, and gave ${entries.length}`)
  const parsed = parseDetails(entries)
  requireReadable(input, parsed)
  return parsed
}

function addressOf({ day, section, urls }: FetchDayInput, cursor: number): string {
  const subject = section === undefined ? undefined : parseSubject(section)
  const path = `${urls.BIORXIV_URL}/details/biorxiv/${day}/${day}/${cursor}/json`
  return subject ? `${path}?category=${subject}` : path
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
