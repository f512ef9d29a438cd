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

declare module './feature.ts' {
  interface Feature {
    nudges?: readonly FeatureNudge[]
  }
}

export const featureNudges = (features: readonly Feature[]): FeatureNudge[] =>
  features.flatMap(({ nudges = [] }) => nudges)

/** Those of the core and the features. */
export const nudgeNames = (features: readonly Feature[]): Nudge[] => [
  ...NUDGES,
  ...featureNudges(features).map(({ name }) => name),
]
