import type { newlyMatchingSince as rightly } from '../../../../src/digests/matcher.ts'

export * from '../../../../src/digests/matcher.ts'

/** Takes nothing for risen: what had too few votes when it was first looked at never comes. */
export const newlyMatchingSince: typeof rightly = () => new Map()
