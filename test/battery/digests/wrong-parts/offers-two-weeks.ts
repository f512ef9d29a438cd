import { eligibleRangeAfter as offerRightly } from '../../../../src/digests/eligible-range.ts'

export * from '../../../../src/digests/eligible-range.ts'

/** Every digest offers all papers of the last two weeks, whatever earlier digests offered. */
export const eligibleRangeAfter: typeof offerRightly = (_earlier, lowest, highest) =>
  offerRightly([], lowest, highest)
