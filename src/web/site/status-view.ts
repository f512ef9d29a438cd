import type { Day } from '../../core/dates.ts'
import { sourceName } from '../../digests/sources-line.ts'
import { dateAndTime, longDate, weekdayDate } from '../../i18n/dates.ts'
import { fill, words } from '../../i18n/words.ts'
import type { SiteStatus, SourceStatus } from '../../operator/source-status.ts'

export interface StatusView {
  /** "Digests are going out." */
  delivery: string
  /** "Newest date whose digests are all accounted for: Monday, 23 November 2026." */
  closed: string
  sources: {
    id: string
    name: string
    /** "Papers last read: 24 Nov 2026, 11:00 UTC. Asked again: 24 Nov 2026, 12:00 UTC." */
    read: string
    days: { day: Day; date: string; state: string; papers: number; read: string }[]
  }[]
}

export function statusView(
  { sources, delivery, since, newestClosedDate }: SiteStatus,
  now: Date,
): StatusView {
  const at = since ? momentOf(since) : ''
  return {
    delivery: fill(words.status.delivery[delivery], { since: at }),
    closed: newestClosedDate
      ? fill(words.status.closed, { day: longDate(newestClosedDate) })
      : words.status.neverClosed,
    sources: sources.map((source, place) => sourceView(source, { place, now })),
  }
}

const momentOf = (at: Date): string => dateAndTime(at.toISOString(), 'UTC')

function sourceView(
  { source, newestFetch, nextTry, days }: SourceStatus,
  { place, now }: { place: number; now: Date },
): StatusView['sources'][number] {
  const read = newestFetch ? fill(words.status.read, { at: momentOf(newestFetch) }) : words.status.never
  return {
    id: `source-${place + 1}`,
    name: sourceName(source),
    read: [read, nextTry ? nextText(nextTry, now) : ''].filter(Boolean).join(' '),
    days: days.map(({ day, state, reason, papers, fetchedAt }) => ({
      day,
      date: weekdayDate(day),
      state: reason ? words.status.reasons[reason] : words.status.states[state],
      papers,
      read: fetchedAt ? timeSeenFrom(fetchedAt, day) : words.status.unread,
    })),
  }
}

const nextText = (at: Date, now: Date): string =>
  at <= now ? words.status.nextSoon : fill(words.status.next, { at: momentOf(at) })

/** "11:00"; with the date if it differs from `day`: "25 Nov, 06:30". */
function timeSeenFrom(at: Date, day: Day): string {
  const [date = '', time = ''] = momentOf(at).split(', ')
  return at.toISOString().startsWith(day) ? time : `${date.replace(/ \d{4}$/, '')}, ${time}`
}
