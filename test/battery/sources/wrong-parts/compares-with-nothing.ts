import type { newlyMatchingSince as rightly } from '../../../../src/digests/newly-matching.ts'

export * from '../../../../src/digests/newly-matching.ts'

/** Takes nothing for risen: what had too few votes when it was first looked at never comes. */
export const newlyMatchingSince: typeof rightly = () => new Map()
