import type { Database } from '../core/database/database.ts'
import { addDays, type Day, weekdayOf } from '../core/dates.ts'
import type { DueDigest } from './digest.repo.ts'
import { type EmailedWeek, emailedWeeks } from './earlier-digest.repo.ts'

const MIN_EMAILS = 3
/** On average. */
const MAX_PAPERS_PER_EMAIL = 2

/**
 * The subscribers whose emails of the last seven days had few matches, which would have fitted into one. Only for digests
 * of the first Monday of a quarter, so each is asked up to four times a year.
 */
export async function smallWeeks(
  tx: Database,
  { localDate, digests }: { localDate: Day; digests: readonly DueDigest[] },
): Promise<Map<string, EmailedWeek>> {
  if (!isFirstMondayOfQuarter(localDate)) return new Map()
  const daily = digests.filter(({ weekly }) => !weekly)
  const most = new Map(daily.map(({ subscriberId, maxPapers }) => [subscriberId, maxPapers]))
  const weeks = await emailedWeeks(tx, {
    subscriberIds: [...most.keys()],
    from: addDays(localDate, -7),
    before: localDate,
  })
  const small = weeks.filter(
    ({ subscriberId, emails, papers }) =>
      emails >= MIN_EMAILS &&
      papers > 0 &&
      papers <= emails * MAX_PAPERS_PER_EMAIL &&
      papers <= most.get(subscriberId)!,
  )
  return new Map(small.map(({ subscriberId, emails, papers }) => [subscriberId, { emails, papers }]))
}

function isFirstMondayOfQuarter(date: Day): boolean {
  const [, month, day] = date.split('-').map(Number)
  return weekdayOf(date) === 'mon' && month! % 3 === 1 && day! <= 7
}
