import { addDays, type Day } from '../../../src/core/dates.ts'
import type { ServedWork } from '../../support/openalex-server.ts'
import { sampleWork } from '../../support/openalex-work.ts'

export const FIRST: Day = '2026-01-06'
const JOURNALS = Array.from({ length: 18 }, (_, n) => `S${4_000 + n}`)
const REPOSITORY = 'S4306400194'
const INSTITUTION = 'I77'

/** Eighteen journals, an institution whose works are in all of them, and a repository with the preprints of some. */
export const FILTERS: readonly string[] = [
  ...JOURNALS.map((id) => `openalex:primary_location.source.id:${id}`),
  `openalex:primary_location.source.id:${REPOSITORY}`,
  `openalex:authorships.institutions.id:${INSTITUTION}`,
]

interface ExpectedWork extends ServedWork {
  indexed: Day
  title: string
  /** The same for an article and its preprint. */
  name: string
}

const PER_DAY = 1
const DAYS_BEFORE = 22
/** After how many days OpenAlex has a work, in turn. */
const LATENESS = [0, 0, 1, 0, 3, 0, 0, 5]
const WITH_PREPRINT = 9
const OF_INSTITUTION = 7

/** The works that are published from some weeks before the first day until `last`. */
export function worksUntil(last: Day): ExpectedWork[] {
  const works: ExpectedWork[] = []
  let n = 0
  for (let day = addDays(FIRST, -DAYS_BEFORE); day <= last; day = addDays(day, 1))
    for (const journal of JOURNALS)
      for (let i = 0; i < PER_DAY; i++) works.push(...workAndPreprint(n++, { journal, day }))
  return works
}

function workAndPreprint(n: number, { journal, day }: { journal: string; day: Day }): ExpectedWork[] {
  const indexed = addDays(day, LATENESS[n % LATENESS.length]!)
  const name = `work ${n}`
  const institution = n % OF_INSTITUTION === 0 ? INSTITUTION : undefined
  const hasPreprint = n % WITH_PREPRINT === 0
  const arxivId = `2601.${String(n).padStart(5, '0')}`
  const copies = hasPreprint ? [`https://arxiv.org/abs/${arxivId}`] : []
  const title = `Article of work ${n}`
  const article = {
    ...sampleWork({ n, date: day, indexed, journal, institution, copies, title }),
    ...{ indexed, title, name },
  }
  if (!hasPreprint) return [article]
  // Before its article, on the same day, or after it.
  const seen = addDays(indexed, (n % 3) - 1)
  const preprintTitle = `Preprint of work ${n}`
  const doi = `10.48550/arxiv.${arxivId}`
  const preprint = {
    ...sampleWork({
      n: 50_000 + n,
      date: seen,
      indexed: seen,
      journal: REPOSITORY,
      doi,
      title: preprintTitle,
    }),
    ...{ indexed: seen, title: preprintTitle, name, type: 'preprint' },
  }
  return [article, preprint]
}

/** The work of each title that its paper may have. */
export const paperNames = (works: readonly ExpectedWork[]): ReadonlyMap<string, string> =>
  new Map(works.map(({ title, name }) => [title, name]))

/** The works that OpenAlex had, as article or preprint, for the first time between two days, without these days. */
export function namesSeenBetween(works: readonly ExpectedWork[], first: Day, last: Day): string[] {
  const seen = new Map<string, Day>()
  for (const { name, indexed } of works) if (indexed < (seen.get(name) ?? last)) seen.set(name, indexed)
  return [...seen].filter(([, day]) => day > first).map(([name]) => name)
}
