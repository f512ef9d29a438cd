import type { Database } from '../../src/core/database/database.ts'
import type { Person } from '../battery/account/crowd.ts'
import type { Left } from '../battery/account/leaving.ts'
import type { Arrival } from '../support/smtp-sink.ts'

/** An email may begin this long after the last look at its subscriber. */
const CHECK_MS = 1000

/** What became of the emails. */
export interface Verdict {
  /** Neither arrived nor ended with a reason. */
  lost: number
  /** Arrived, and another state is recorded; or the reverse. */
  misrecorded: number
  /** Copies beyond the first. */
  doubles: number
  /** Messages with copies that differ. */
  differing: number
  /** Begun more than a second after the unsubscribe was acknowledged. */
  mailedAfter: number
  /** Begun within that second. */
  late: number
  /** Not sent because the subscriber had left. */
  stopped: number
  /** Ended by the operator with `delivery resume`. */
  ended: number
}

interface MessageEnd {
  state: string
  reason: string | null
}

export interface Facts {
  people: readonly Person[]
  left: readonly Pick<Left, 'person' | 'acknowledgedAt'>[]
  arrived: readonly Arrival[]
  /** By id. */
  ends: ReadonlyMap<string, MessageEnd>
}

export async function endsIn(db: Database): Promise<Facts['ends']> {
  const messages = await db.message.findMany({ select: { id: true, state: true, reason: true } })
  return new Map(messages.map(({ id, state, reason }) => [id, { state, reason }]))
}

/** Compares what the relay received with the database and with the acknowledged unsubscribes. */
export function judgeDrill({ people, left, arrived, ends }: Facts): Verdict {
  const copies = Map.groupBy(arrived, ({ to }) => to)
  const acknowledged = new Map(left.map(({ person, acknowledgedAt }) => [person.address, acknowledgedAt]))
  const fates = people.map(({ address, messageId }) => {
    return { arrivals: copies.get(address) ?? [], end: ends.get(messageId)! }
  })
  const count = (holds: (fate: (typeof fates)[number]) => boolean) => fates.filter(holds).length
  const delays = arrived.map(({ to, begun }) => begun - (acknowledged.get(to) ?? Number.POSITIVE_INFINITY))
  const hasEnded = ({ state, reason }: MessageEnd) =>
    (state === 'skipped' && reason !== null) || state === 'uncertain'
  return {
    lost: count(({ arrivals, end }) => arrivals.length === 0 && !hasEnded(end)),
    misrecorded: count(
      ({ arrivals, end }) => arrivals.length > 0 !== (end.state === 'accepted') && end.state !== 'uncertain',
    ),
    doubles: arrived.length - copies.size,
    differing: count(({ arrivals }) => new Set(arrivals.map(({ hash }) => hash)).size > 1),
    mailedAfter: delays.filter((ms) => ms > CHECK_MS).length,
    late: delays.filter((ms) => ms > 0 && ms <= CHECK_MS).length,
    stopped: count(({ end }) => end.reason === 'unsubscribed'),
    ended: count(({ end }) => end.reason === 'restored' || end.state === 'uncertain'),
  }
}
