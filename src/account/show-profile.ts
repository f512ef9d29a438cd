import type { Deps } from '../core/deps.ts'
import { profileOfSubscriber } from '../subscribers/profile.repo.ts'
import { paperVectors } from './paper-vectors.ts'

/** A word of a profile. */
export interface ShownWord {
  key: string
  /** As papers usually write it. */
  text: string
}

/** A profile in words, strongest first; empty if there is no profile. */
export interface ShownProfile {
  more: ShownWord[]
  less: ShownWord[]
  /** The words that the subscriber removed; feedback does not add them again. */
  removed: ShownWord[]
}

export async function showProfile(deps: Deps, subscriberId: string): Promise<ShownProfile> {
  const profile = await profileOfSubscriber(deps.db, subscriberId)
  if (!profile) return { more: [], less: [], removed: [] }
  const { writtenAs } = await paperVectors(deps)
  const shown = (keys: Iterable<string>) => Array.from(keys, (key) => ({ key, text: writtenAs(key) }))
  const weighed = [...profile.words]
  return {
    more: shown(weighed.filter(([, weight]) => weight > 0).map(([key]) => key)),
    less: shown(weighed.filter(([, weight]) => weight < 0).map(([key]) => key)),
    removed: shown(profile.removed),
  }
}
