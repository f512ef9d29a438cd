// The no-matches emails of July 2025 and their recipients, computed from the recorded days only, as the digests are.

import { expectedFor, firstDays, type Month, oldestOffered, type Subscriber, stepsOf } from './oracle.ts'
import type { CaughtMail } from './sink.ts'

const DATES_WITHOUT = 5
const MIN_DAYS_BETWEEN = 30
const MAX_PAPERS = 3
const DAY_MS = 24 * 3600 * 1000

/** The steps at which a subscriber must get one. */
function noMatchesEmailsFor(subscriber: Subscriber, month: Month): string[] {
  if (subscriber.queries.length === 0) return []
  const withDigest = new Set(expectedFor(subscriber, month).map(({ at }) => at))
  const emails: string[] = []
  let datesWithout = 0
  let last = Number.NEGATIVE_INFINITY
  let lastLook = new Date(0)
  for (const { at, date } of stepsOf(subscriber, month)) {
    const wasListed = wasListedBetween(month, { after: lastLook, at, date })
    lastLook = at
    if (!wasListed) continue
    datesWithout = withDigest.has(at.toISOString()) ? 0 : datesWithout + 1
    if (datesWithout < DATES_WITHOUT || Date.parse(date) - last < MIN_DAYS_BETWEEN * DAY_MS) continue
    emails.push(at.toISOString())
    last = Date.parse(date)
  }
  return emails
}

/** Whether a paper that a digest of that date may contain was listed since the one before. */
function wasListedBetween(
  month: Month,
  { after, at, date }: { after: Date; at: Date; date: string },
): boolean {
  const oldest = oldestOffered(date, month)
  const days = [...firstDays(month.days).values()].map(({ day }) => day)
  return days.some((day) => day >= oldest && month.listedAt(day) > after && month.listedAt(day) <= at)
}

/** Emails that must not have been sent, or were not sent; and those with a paper that matched, or with too many. */
export function wrongNoMatchesEmails(
  subscribers: Subscriber[],
  month: Month,
  emails: CaughtMail[],
): string[] {
  const byAddress = new Map(subscribers.map((subscriber) => [subscriber.address, subscriber]))
  const expected = subscribers.flatMap((one) =>
    noMatchesEmailsFor(one, month).map((at) => `${one.address} ${at}`),
  )
  const arrived = emails.map(({ to, at }) => `${to} ${at}`)
  return [
    ...expected.filter((key) => !arrived.includes(key)).map((key) => `missing: ${key}`),
    ...arrived
      .filter((key, i) => !expected.includes(key) || arrived.indexOf(key) < i)
      .map((key) => `not due: ${key}`),
    ...emails.flatMap((email) => wrongPapers(email, byAddress.get(email.to), month)),
  ]
}

function wrongPapers(
  { to, at, papers }: CaughtMail,
  subscriber: Subscriber | undefined,
  month: Month,
): string[] {
  const known = new Map([...month.days.values()].flat().map((paper) => [paper.id, paper]))
  const wrong = papers.filter((id) => {
    const paper = known.get(id)
    return !paper || subscriber?.queries.some((query) => month.matches(query, paper))
  })
  if (papers.length > MAX_PAPERS) return [`too many papers: ${to} ${at}`]
  return wrong.map((id) => `${id} matched: ${to} ${at}`)
}
