import type { words } from '../i18n/words.ts'
import type { ServiceDeps } from './deps.ts'
import type { Feature } from './feature.ts'
import { type FeatureNudgeNames, NUDGES, type Nudge } from './queue.ts'

/** A kind of work that a feature adds to those of the worker. Every tick nudges it. */
export interface FeatureNudge {
  name: keyof FeatureNudgeNames
  /** What it does, for the operator: "fetching bounces". */
  does: string
  /** The sentence on /status while it fails; absent if visitors notice nothing. */
  notice?: keyof typeof words.status.problems
  /** How soon a nudge is seen. Default: 1. */
  pollSeconds?: number
  /** The pause after a failure. */
  restMs?: number
  run(deps: ServiceDeps, input: { signal: AbortSignal }): Promise<unknown>
}

/** Work after each tick in the process that claimed it, without the queue and the worker. */
interface TickNudge {
  name: string
  /** Runs once at a time in a process; ticks do not wait for it. Never rejects. */
  runAfterTick(deps: ServiceDeps): Promise<void>
}

declare module './feature.ts' {
  interface Feature {
    nudges?: readonly (FeatureNudge | TickNudge)[]
  }
}

const allNudges = (features: readonly Feature[]) => features.flatMap(({ nudges = [] }) => nudges)

/** For the worker. */
export const featureNudges = (features: readonly Feature[]): FeatureNudge[] =>
  allNudges(features).filter((nudge) => 'run' in nudge)

export async function runAfterTick(deps: ServiceDeps): Promise<void> {
  const nudges = allNudges(deps.features).filter((nudge) => 'runAfterTick' in nudge)
  await Promise.all(nudges.map((nudge) => nudge.runAfterTick(deps)))
}

/** Those of the core and the features. */
export const nudgeNames = (features: readonly Feature[]): Nudge[] => [
  ...NUDGES,
  ...featureNudges(features).map(({ name }) => name),
]
