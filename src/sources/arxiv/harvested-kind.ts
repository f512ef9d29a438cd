import { addDays, type Day, dayOf } from '../../core/dates.ts'
import type { ListingKind, SourceRecord } from '../source-record.ts'
import { isSameCategory } from './categories.ts'
import type { HarvestDates } from './parse-oai.ts'

const NEW_FOR_DAYS = 14

export interface HarvestedPaper {
  record: SourceRecord
  dates?: HarvestDates
  day: Day
  /** The category of the request. */
  section?: string
  /** Whether the source has not listed the paper on another day. */
  isUnseen: boolean
}

/**
 * The kind of a paper that the archive changed on a day. The archive does not say why it changed, and `created` belongs
 * to the current version: only the month in the id shows when a paper was first announced. Undefined if the paper is
 * known and has no newer version.
 */
export function harvestedKind(harvested: HarvestedPaper): ListingKind | undefined {
  const { record, day, section = '', isUnseen } = harvested
  const { created, updated } = harvested.dates ?? {}
  const isRecent = created !== undefined && dayOf(created) >= earliest(day)
  if (!isUnseen) return isRecent ? 'revised' : undefined
  const isNew = (isRecent || !updated) && isAnnouncedAround(idOf(record), day)
  if (!isNew) return 'revised'
  return isSameCategory(record.categories[0] ?? '', section) ? 'new' : 'cross'
}

/** Corrects the kind once details are known: a newer version of a paper that was published weeks ago is not new. */
export function kindAfterDetails(
  { kind, version = 1, publishedAt }: SourceRecord,
  day: Day,
): ListingKind | undefined {
  const isOlder = version > 1 && publishedAt !== undefined && dayOf(publishedAt) < earliest(day)
  return isOlder ? 'revised' : kind
}

const earliest = (day: Day): Day => addDays(day, -NEW_FOR_DAYS)

const idOf = ({ keys }: SourceRecord): string => keys[0]?.value ?? ''

function isAnnouncedAround(id: string, day: Day): boolean {
  const month = monthOf(id)
  return month >= earliest(day).slice(0, 7) && month <= day.slice(0, 7)
}

// "2507.06457" and "hep-th/9901001" contain the month of their announcement. The first ids are from 1991.
function monthOf(id: string): string {
  const [, year = '', month = ''] = /(?:^|\/)(\d\d)(\d\d)/.exec(id) ?? []
  return `${Number(year) >= 91 ? 19 : 20}${year}-${month}`
}
