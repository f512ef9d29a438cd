import type { turnedSince as rightly } from '../../../../src/digests/turned.ts'

export * from '../../../../src/digests/turned.ts'

/** Takes nothing for risen: what had too few votes when it was first looked at never comes. */
export const turnedSince: typeof rightly = () => new Map()
