import type { Database } from '../../../../src/core/database/database.ts'
import { type Arrival, isKept } from '../../../support/smtp-sink.ts'
import type { Left } from './leaving.ts'

export interface Judged {
  /** Stayed, and got nothing. */
  lost: number
  /** Copies beyond the first. */
  doubles: number
  /** Messages with copies that differ. */
  differing: number
  /** Stayed, and is not recorded as accepted. */
  misrecorded: number
  /** Unsubscribed, and got an email that was taken or begun after the acknowledgement. */
  afterLeaving: number
  /** Unsubscribed in time to get nothing. */
  spared: number
}

/** An email that was taken before the acknowledgement may still be on its way that long: the time-out of SMTP. */
const MAX_ON_ITS_WAY_MS = 10_000

/** Compares each subscriber with what the relay wrote down and what the database says. */
export async function judge(
  db: Database,
  { arrived, left }: { arrived: Arrival[]; left: readonly Left[] },
): Promise<Judged> {
  const subscribers = await db.subscriber.findMany({ select: { id: true, address: true } })
  const messages = await db.message.findMany({ where: { kind: 'digest' } })
  const messageOf = new Map(messages.map((message) => [message.subscriberId, message]))
  const copiesOf = Map.groupBy(
    arrived.filter((mail) => isKept(mail) && mail.messageId.startsWith('digest.')),
    ({ to }) => to,
  )
  const leftAt = new Map(left.map(({ id, acknowledgedAt }) => [id, acknowledgedAt]))
  const all = subscribers.map(({ id, address }) => ({
    leftAt: leftAt.get(id),
    copies: copiesOf.get(address!) ?? [],
    message: messageOf.get(id),
  }))
  const stayed = all.filter((one) => one.leftAt === undefined)
  const gone = all.filter((one) => one.leftAt !== undefined)
  return {
    lost: stayed.filter(({ copies }) => copies.length === 0).length,
    doubles: all.reduce((sum, { copies }) => sum + Math.max(0, copies.length - 1), 0),
    differing: all.filter(({ copies }) => new Set(copies.map(({ hash }) => hash)).size > 1).length,
    misrecorded: stayed.filter(({ message }) => message?.state !== 'accepted').length,
    afterLeaving: gone.filter(
      ({ leftAt, copies, message }) =>
        (copies.length > 0 && (message?.takenAt?.getTime() ?? 0) > leftAt!) ||
        copies.some(({ begun }) => begun > leftAt! + MAX_ON_ITS_WAY_MS),
    ).length,
    spared: gone.filter(({ copies }) => copies.length === 0).length,
  }
}

export const inWords = ({ lost, doubles, differing, misrecorded, afterLeaving, spared }: Judged): string =>
  `lost ${lost}, duplicates ${doubles}, differing ${differing}, misrecorded ${misrecorded}, emails after an unsubscribe ${afterLeaving}, ${spared} unsubscribed before their email`
