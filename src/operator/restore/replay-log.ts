import { z } from 'zod'
import { eraseSubscriber } from '../../account/erase-subscriber.ts'
import { unsubscribeByOperator } from '../../account/unsubscribe.ts'
import type { Deps } from '../../core/deps.ts'
import { undefinedIfThrown } from '../../core/errors.ts'
import { consentsOf } from '../../subscribers/consent.repo.ts'
import type { ConsentEvent } from '../../subscribers/consent.ts'
import { subscriberById } from '../../subscribers/subscriber.repo.ts'
import { suppress } from '../../subscribers/suppress-subscriber.ts'
import { SUPPRESSION_REASONS, type SuppressionReason } from '../../subscribers/suppression.repo.ts'

interface Departure {
  erasedAt?: Date
  suppressed?: { at: Date; reason: SuppressionReason }
  unsubscribedAt?: Date
}

const logLine = z.object({
  time: z.iso.datetime(),
  event: z.string(),
  subscriber: z.string(),
  what: z.string().optional(),
  reason: z.enum(SUPPRESSION_REASONS).optional().catch(undefined),
})

type LogLine = z.infer<typeof logLine>

/**
 * Repeats the departures after a dump from the service's log: erasures, suppressions and unsubscribes. Skips lines that
 * are not from our log. A second run changes nothing. Returns their number by the result. known: already applied here,
 * or undone by the subscriber since. unknown: they signed up after the dump, or were erased here too.
 */
export async function replayLog(deps: Deps, lines: Iterable<string>) {
  const counts = { erased: 0, suppressed: 0, unsubscribed: 0, known: 0, unknown: 0 }
  for (const [id, departure] of departuresIn(lines)) counts[await replayOne(deps, id, departure)]++
  return counts
}

function departuresIn(lines: Iterable<string>): Map<string, Departure> {
  const leavings = new Map<string, Departure>()
  const read = [...lines].flatMap(
    (line) => logLine.safeParse(undefinedIfThrown(() => JSON.parse(withoutPrefix(line)))).data ?? [],
  )
  for (const line of read.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time))) {
    const departure = { ...leavings.get(line.subscriber), ...departureFrom(line) }
    if (Object.values(departure).some((value) => value !== undefined))
      leavings.set(line.subscriber, departure)
    else leavings.delete(line.subscriber)
  }
  return leavings
}

/** Docker Compose and journald print each line after a name or a time. */
const withoutPrefix = (line: string): string => line.slice(Math.max(0, line.indexOf('{')))

function departureFrom({ time, event, what, reason = 'operator' }: LogLine): Departure {
  const at = new Date(time)
  if (event === 'subscriber.unsubscribed') return { unsubscribedAt: at }
  if (event === 'subscriber.suppressed') return { suppressed: { at, reason } }
  if (event === 'subscriber.changed' && what === 'erased') return { erasedAt: at }
  if (event === 'subscriber.changed' && what === 'unsuppressed') return { suppressed: undefined }
  if (event === 'subscriber.confirmed' || event === 'subscriber.resubscribed')
    return { unsubscribedAt: undefined }
  return {}
}

async function replayOne(deps: Deps, id: string, departure: Departure) {
  const subscriber = await subscriberById(deps.db, id)
  if (!subscriber) return 'unknown'
  const consents = await consentsOf(deps.db, id)
  const stillApplies = (at: Date | undefined, undoneBy: ConsentEvent[]): at is Date =>
    at !== undefined && !consents.some((one) => undoneBy.includes(one.event) && one.at > at)
  const { suppressed, unsubscribedAt, erasedAt } = departure
  const email = subscriber.address
  const ended =
    stillApplies(unsubscribedAt, ['confirmed', 'resubscribed']) && (await unsubscribeByOperator(deps, { id }))
  const isHeld = subscriber.state === 'suppressed'
  const held = suppressed && !isHeld && stillApplies(suppressed.at, ['unsuppressed', 'confirmed'])
  if (held) await suppress(deps, { email, reason: suppressed.reason })
  if (erasedAt) await eraseSubscriber(deps, { id })
  if (erasedAt) return 'erased'
  if (held) return 'suppressed'
  return ended ? 'unsubscribed' : 'known'
}
