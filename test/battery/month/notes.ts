// Which notes July 2025 must bring to whom, told from the recorded days alone, as the digests are.

import { expectedFor, firstDays, type Month, oldestOffered, type Subscriber, turnsOf } from './oracle.ts'
import type { CaughtMail } from './sink.ts'

const QUIET_DATES = 5
const NOTE_EVERY_DAYS = 30
const MAX_PAPERS = 3
const DAY_MS = 24 * 3600 * 1000

/** The steps at which a subscriber must get a note. */
function notesFor(subscriber: Subscriber, month: Month): string[] {
  if (subscriber.queries.length === 0) return []
  const withDigest = new Set(expectedFor(subscriber, month).map(({ at }) => at))
  const notes: string[] = []
  let quiet = 0
  let last = Number.NEGATIVE_INFINITY
  let lastLook = new Date(0)
  for (const { at, date } of turnsOf(subscriber, month)) {
    const came = cameBetween(month, { after: lastLook, at, date })
    lastLook = at
    if (!came) continue
    quiet = withDigest.has(at.toISOString()) ? 0 : quiet + 1
    if (quiet < QUIET_DATES || Date.parse(date) - last < NOTE_EVERY_DAYS * DAY_MS) continue
    notes.push(at.toISOString())
    last = Date.parse(date)
  }
  return notes
}

/** Whether any paper that a digest of that date may hold came since the one before. */
function cameBetween(month: Month, { after, at, date }: { after: Date; at: Date; date: string }): boolean {
  const oldest = oldestOffered(date, month)
  const days = [...firstDays(month.days).values()].map(({ day }) => day)
  return days.some((day) => day >= oldest && month.cameAt(day) > after && month.cameAt(day) <= at)
}

/** Notes that came and must not, or must and did not; and those that name a paper that matched, or too many. */
export function wrongNotes(subscribers: Subscriber[], month: Month, notes: CaughtMail[]): string[] {
  const byAddress = new Map(subscribers.map((subscriber) => [subscriber.address, subscriber]))
  const expected = subscribers.flatMap((one) => notesFor(one, month).map((at) => `${one.address} ${at}`))
  const came = notes.map(({ to, at }) => `${to} ${at}`)
  return [
    ...expected.filter((key) => !came.includes(key)).map((key) => `lacking: ${key}`),
    ...came
      .filter((key, i) => !expected.includes(key) || came.indexOf(key) < i)
      .map((key) => `not due: ${key}`),
    ...notes.flatMap((note) => wrongPapers(note, byAddress.get(note.to), month)),
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
