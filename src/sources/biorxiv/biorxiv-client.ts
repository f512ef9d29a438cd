import { Fault } from '../../core/errors.ts'
import { allEntries } from '../all-entries.ts'
import { MAX_ENTRIES, requireReadable } from '../read-entries.ts'
import { readJson } from '../read-json.ts'
import type { Answer, FetchDay, FetchedDay } from '../source.ts'
import { manners } from './manners.ts'
import { type DetailsPage, parseDetails, parsePage } from './parse-details.ts'
import { subjectOf } from './subjects.ts'

const EMPTY_AND_WELL = /^(ok$|no .*found)/i

/**
 * Everything that is posted on a day, new papers and newer versions: pages are shorter than is written, and `total`
 * may be more than there is. https://api.biorxiv.org/details/biorxiv/help Throws source.*.
 */
export async function fetchDay(input: FetchDay): Promise<FetchedDay> {
  let total = 0
  const { entries, isCut } = await allEntries(input, {
    mostBytes: manners.mostBytes,
    async pageAfter(had) {
      const question = { url: addressOf(input, had.entries), accept: 'application/json' }
      const page = await input.ask(question, (answer) => readPage(input, answer))
      total = Math.max(total, page.total ?? 0)
      return page.entries
    },
  })
  if (!isCut && entries.length < total)
    input.warn(`it says that it has ${total} entries, and gave ${entries.length}`)
  const parsed = parseDetails(entries)
  requireReadable(input, parsed)
  return parsed
}

function addressOf({ day, section, urls }: FetchDay, cursor: number): string {
  const subject = section === undefined ? undefined : subjectOf(section)
  const path = `${urls.BIORXIV_URL}/details/biorxiv/${day}/${day}/${cursor}/json`
  return subject ? `${path}?category=${subject}` : path
}

function readPage(input: FetchDay, answer: Answer): DetailsPage {
  const page = readJson(input, answer, pageIn)
  if (page.entries.length > 0 || EMPTY_AND_WELL.test(page.status ?? '')) return page
  const { source, day } = input
  const type = `status: ${page.status ?? 'none'}`
  throw new Fault('source.not-json', { source, day, status: answer.status, type })
}

function pageIn(value: unknown): DetailsPage | undefined {
  const page = parsePage(value)
  return page && page.entries.length <= MAX_ENTRIES ? page : undefined
}
