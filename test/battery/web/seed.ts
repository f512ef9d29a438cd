import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import type { MovableClock } from '../../../src/core/clock.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { HOSTILE, hostilePapers } from './hostile.ts'

/** A subscriber who got digests of hostile papers on each of these days. */
export const READER = 'ann@reader.example'
/** Long enough for a note to whom nothing matched. */
export const DAYS = [18, 19, 20, 21, 22, 23, 24].map((day) => `2026-11-${day}`)
/** When the strangers come: no digest is due then. */
export const NOON = new Date('2026-11-24T12:00:00Z')
export const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** A week of hostile papers, and digests and notes of them that wait to be sent, as HTML and as text. */
export async function seed(deps: Deps, clock: MovableClock): Promise<void> {
  clock.moveTo(new Date(`${DAYS[0]}T07:00:00Z`))
  const typed = { zone: 'UTC', hour: '8', days: EVERY_DAY, consent: 'for these tests' }
  await addSubscriber(deps, { ...typed, email: READER, topics: [HOSTILE.topic] })
  await addSubscriber(deps, { ...typed, email: 'best@reader.example', topics: [] })
  await addSubscriber(deps, { ...typed, email: 'quiet@reader.example', topics: [HOSTILE.quietTopic] })
  const asText = { ...typed, format: 'text' }
  await addSubscriber(deps, { ...asText, email: 'text@reader.example', topics: [HOSTILE.topic] })
  await addSubscriber(deps, { ...asText, email: 'still@reader.example', topics: [HOSTILE.quietTopic] })
  for (const [i, day] of DAYS.entries()) {
    clock.moveTo(new Date(`${day}T07:30:00Z`))
    const papers = hostilePapers.filter((_, place) => place % DAYS.length === i)
    await importPapers(deps, { text: JSON.stringify(papers), day })
    clock.moveTo(new Date(`${day}T08:05:00Z`))
    await planDigests(deps)
  }
  // Each copy is a database of its own, and no restored one, in which nothing would go out.
  await deps.db.switch.deleteMany({ where: { name: 'database-identity' } })
  clock.moveTo(NOON)
}
