import type { Database } from '../../../src/core/database/database.ts'
import { type Arrival, isKept } from '../../support/smtp-sink.ts'
import type { Person } from './crowd.ts'
import type { Left } from './leaving.ts'

/** The emails of a run in which subscribers left. */
export interface Judged {
  /** Arrived although the departure was acknowledged before the message was taken. */
  mailedAfter: number
  /** Arrived at a subscriber who never confirmed. */
  mailedPending: number
  /** Arrived at a subscriber who was suppressed before the run. */
  mailedSuppressed: number
  /** Neither arrived nor skipped for its reason, or arrived and not recorded as accepted. */
  misrecorded: string[]
  doubled: number
  /** Arrived after the departure was acknowledged: a worker was sending it. */
  late: number
  /** The maximum of these at any time. */
  lateAtOnce: number
  /** The maximum time from an acknowledgement to an arrival, in milliseconds. */
  latestMs: number
  /** Messages that were not sent because the subscriber left. */
  stopped: number
}

interface Fate {
  person: Person
  left: Left | undefined
  arrivals: Arrival[]
  state: string
  reason: string | null
  takenAt: number
}

/** Compares the file of the mail server with the acknowledged departures and the states in the database. */
export async function judge(
  db: Database,
  { people, left, arrived }: { people: readonly Person[]; left: readonly Left[]; arrived: Arrival[] },
): Promise<Judged> {
  const fates = await fatesOf(db, { people, left, arrived })
  const late = fates.flatMap(({ left, arrivals }) =>
    left
      ? arrivals
          .filter(({ at }) => at > left.acknowledgedAt)
          .map(({ at }) => ({ from: left.acknowledgedAt, to: at }))
      : [],
  )
  const mailed = (group: Person['group']) =>
    fates.filter(({ person, arrivals }) => person.group === group && arrivals.length > 0).length
  return {
    mailedAfter: fates.filter(isMailedAfter).length,
    mailedPending: mailed('pending'),
    mailedSuppressed: mailed('suppressed'),
    misrecorded: fates.filter(isMisrecorded).map(inWords),
    doubled: fates.filter(({ arrivals }) => arrivals.length > 1).length,
    late: late.length,
    lateAtOnce: maxOverlap(late),
    latestMs: Math.max(0, ...late.map(({ from, to }) => to - from)),
    stopped: fates.filter(({ left, arrivals }) => left && arrivals.length === 0).length,
  }
}

async function fatesOf(
  db: Database,
  { people, left, arrived }: { people: readonly Person[]; left: readonly Left[]; arrived: Arrival[] },
): Promise<Fate[]> {
  const messages = new Map((await db.message.findMany()).map((message) => [message.id, message]))
  const byPerson = new Map(left.map((one) => [one.person.subscriberId, one]))
  const byAddress = Map.groupBy(arrived.filter(isKept), ({ to }) => to)
  return people.map((person) => {
    const { state, reason, takenAt } = messages.get(person.messageId)!
    const arrivals = byAddress.get(person.address) ?? []
    return {
      person,
      left: byPerson.get(person.subscriberId),
      arrivals,
      state,
      reason,
      takenAt: takenAt?.getTime() ?? 0,
    }
  })
}

const isMailedAfter = ({ left, arrivals, takenAt }: Fate): boolean =>
  left !== undefined && arrivals.length > 0 && left.acknowledgedAt < takenAt

function isMisrecorded({ person: { group }, left, arrivals, state, reason }: Fate): boolean {
  if (arrivals.length > 0) return state !== 'accepted'
  const expected = group === 'pending' || group === 'suppressed' ? group : left?.reason
  return state !== 'skipped' || reason !== expected
}

const inWords = ({ person, left, arrivals, state, reason }: Fate): string =>
  `${person.group}, ${left?.departure ?? 'stayed'}, ${arrivals.length} arrived, ${state} ${reason ?? ''}`.trim()

/** The maximum number of intervals that overlap. */
function maxOverlap(intervals: readonly { from: number; to: number }[]): number {
  const steps = intervals.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to, by: -1 },
  ])
  let now = 0
  let most = 0
  for (const { by } of steps.sort((a, b) => a.at - b.at || a.by - b.by)) {
    now += by
    most = Math.max(most, now)
  }
  return most
}
