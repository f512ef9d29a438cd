import { Fault } from '../../core/errors.ts'
import { MAX_ENTRIES, paginate, readJsonResponse, requireReadable } from '../read-entries.ts'
import type { FetchDayInput, FetchedDay, FetchPolicy, SourceResponse } from '../source.ts'
import { type DetailsPage, parseDetails, parseDetailsPage } from './parse-details.ts'

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

/** https://api.biorxiv.org states no limits: we send one request a second, for a day of some ten pages. */
export const fetchPolicy = {
  service: 'biorxiv',
  gapMs: 1000,
  timeoutMs: 30_000,
  maxBytes: 4_000_000,
  defaultPauseSeconds: 60,
  maxPauseMs: 600_000,
} satisfies FetchPolicy

/** The values that https://api.biorxiv.org accepts for `category`, from https://www.biorxiv.org/alertsrss */
const SUBJECTS =
  `animal_behavior_and_cognition biochemistry bioengineering bioinformatics biophysics cancer_biology
  cell_biology clinical_trials developmental_biology ecology epidemiology evolutionary_biology genetics genomics
  immunology microbiology molecular_biology neuroscience paleontology pathology pharmacology_and_toxicology
  physiology plant_biology scientific_communication_and_education synthetic_biology systems_biology
  zoology`.split(/\s+/)

/** "cell-biology" and "Cell_Biology" as "cell_biology"; undefined for an unknown subject. */
export function parseSubject(section: string): string | undefined {
  const subject = section.toLowerCase().replaceAll('-', '_')
  return SUBJECTS.includes(subject) ? subject : undefined
}
