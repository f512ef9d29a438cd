import { stoppedClock } from '../../src/core/clock.ts'
import { addDays, type Day } from '../../src/core/dates.ts'
import type { Deps } from '../../src/core/deps.ts'
import type { DigestWorld } from './digest-world.ts'

export const FIRST: Day = '2026-11-24'

/** The parts of the service at an instant. */
export const depsAt = ({ deps, config }: DigestWorld, now: string, keepDays = 30): Deps => ({
  ...deps,
  config: { ...config, KEEP_DAYS: keepDays },
  clock: stoppedClock(new Date(now)),
})

export async function addReaders(world: DigestWorld): Promise<void> {
  await world.addSubscriber('daily', { topics: ['robots'] })
  await world.addSubscriber('weekly', { topics: ['weather', 'robots'], days: ['wed'] })
  await world.addSubscriber('capped', { topics: ['robots OR weather'], max: 1 })
  await world.addSubscriber('best')
  await world.addSubscriber('nothing', { topics: ['basketball'] })
}

/** A day of the service: papers of the day before, the digest of each reader, and the outcome of their emails. */
export async function live(
  world: DigestWorld,
  day: Day,
  refuses: (id: string, day: Day) => boolean = () => false,
): Promise<void> {
  await world.addPapers(addDays(day, -1), [
    `Robots of ${day}`,
    `Weather of ${day}`,
    `Robots and weather of ${day}`,
  ])
  await world.plan(`${day}T08:00:00Z`)
  const open = await world.db.message.findMany({ where: { kind: 'digest', state: 'ready' } })
  for (const { subscriberId } of open)
    await world.end(subscriberId, day, refuses(subscriberId, day) ? 'gave_up' : 'accepted')
  await world.plan(`${day}T08:30:00Z`)
}
