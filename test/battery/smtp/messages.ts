import type { Database } from '../../../src/core/database/database.ts'
import { enqueue } from '../../../src/mail/outbox/message.repo.ts'
import { addDigests, addSubscribers, DEADLINE, digestMessage, NOW } from '../../support/messages.ts'
import { type Arrival, isKept } from '../../support/smtp-sink.ts'

export const BEGIN = NOW
/** Minutes from the beginning to the deadline of a digest. */
const DEADLINE_MINUTES = (DEADLINE.getTime() - NOW.getTime()) / 60_000

export interface Batch {
  /** Addresses that a server has a rule for: LABEL.1@y.example, LABEL.2@y.example, … */
  label: string
  count: number
  /** Minutes from the beginning. */
  from?: number
  until?: number
}

const minutesLater = (minutes: number): Date => new Date(BEGIN.getTime() + minutes * 60_000)

/** Adds digests, of a subscriber each, in batches of their own. Once on a database. */
export async function addBatches(db: Database, batches: Batch[]): Promise<void> {
  const total = batches.reduce((sum, { count }) => sum + count, 0)
  await addSubscribers(db, total)
  const digests = await addDigests(db, total)
  let number = 0
  const times = Map.groupBy(batches, ({ from = 0, until = DEADLINE_MINUTES }) => `${from} ${until}`)
  for (const [time, together] of times) {
    const [from = 0, until = 0] = time.split(' ').map(Number)
    const messages = mixed(together).map((label) => {
      number++
      return digestMessage(number, {
        digestId: digests[number - 1],
        toAddress: `${label}.${number}@y.example`,
        notBefore: minutesLater(from),
        datedAt: minutesLater(from),
        deadline: minutesLater(until),
      })
    })
    await enqueue(db, 'bulk', messages)
  }
}

/** A label for each email, one of each batch, round robin, so that no batch has one kind only. */
function mixed(batches: Batch[]): string[] {
  const most = Math.max(...batches.map(({ count }) => count))
  return Array.from({ length: most }, (_, i) =>
    batches.filter(({ count }) => i < count).map(({ label }) => label),
  ).flat()
}

/** The state of a message, and what the mail server has of it. */
export interface MessageResult {
  /** "rcpt-550" */
  label: string
  state: string
  attempts: number
  /** Bodies that arrived whole, in order. */
  arrived: Arrival[]
  /** Those that the server keeps. */
  kept: number
  /** The server replied 250 to the dot. */
  accepted: boolean
}

export async function messageResults(db: Database, arrivals: Arrival[]): Promise<MessageResult[]> {
  const byId = Map.groupBy(arrivals, ({ messageId }) => messageId)
  const messages = await db.message.findMany({
    select: { id: true, toAddress: true, state: true, attempts: true },
  })
  return messages.map(({ id, toAddress, state, attempts }) => {
    const arrived = byId.get(`${id}@site.example`) ?? []
    return {
      label: toAddress!.replace(/\.\d+@.*$/, ''),
      state,
      attempts,
      arrived,
      kept: arrived.filter(isKept).length,
      accepted: arrived.some(({ answer }) => answer === '250'),
    }
  })
}

/** What must be true of every message, whatever the server did; returns what is not. */
export function nothingLost(results: MessageResult[]): string[] {
  const open = ['ready', 'taken', 'deferred']
  return results.flatMap(({ label, state, kept, accepted, arrived }) => [
    ...(open.includes(state) ? [`${label} is left ${state}`] : []),
    ...(kept > 0 && !['accepted', 'uncertain'].includes(state)
      ? [`${label} is kept by the server and recorded as ${state}`]
      : []),
    ...(state === 'accepted' && !accepted ? [`${label} is recorded as accepted without a 250`] : []),
    ...(new Set(arrived.map(({ hash }) => hash)).size > 1 ? [`${label} has copies that differ`] : []),
  ])
}

/** The first kinds of faults, with the number of each. */
export function counted(faults: string[]): string {
  const groups = [...Map.groupBy(faults, (fault) => fault)].map(([fault, all]) => `${all.length} × ${fault}`)
  return groups.length > 0 ? `: ${groups.slice(0, 5).join('; ')}` : ''
}
