import type { Profile, Verdict } from '../battery-case.ts'
import { type Doors, type Wrong, withDoors } from './world.ts'

/** What came of trying a door. */
interface Tried {
  n: string
  /** Each begins with the route that it was seen at. Empty where the door is shut. */
  faults: string[]
  /** What there is to say where there are none. */
  shut: string
  /** Enough was tried for that to mean anything. */
  enough: boolean
}

export type Door = (doors: Doors, profile: Profile) => Promise<Tried>

/** Whether a door is shut. */
export async function tryDoor(door: Door, profile: Profile): Promise<Verdict> {
  const { n, faults, shut, enough } = await withDoors({}, (doors) => door(doors, profile))
  const seen = faults.length > 0 ? firstOf(faults) : enough ? shut : `${shut}, but too little was tried`
  return { ok: faults.length === 0 && enough, n, result: seen }
}

/** Whether the battery sees what a wrong variant opened: `sees` stands in a fault. */
export async function tryWrongly(door: Door, wrong: Wrong, sees: RegExp): Promise<Verdict> {
  const { n, faults } = await withDoors(wrong, (doors) => door(doors, 'ci'))
  const caught = faults.filter((fault) => sees.test(fault))
  const result =
    caught.length > 0 ? `caught: ${caught[0]}` : `NOT CAUGHT: ${firstOf(faults) || 'nothing seen'}`
  return { ok: caught.length > 0, n, result }
}

const firstOf = (faults: string[]): string => [...new Set(faults)].slice(0, 5).join('; ')
