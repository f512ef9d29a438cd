import { eligibleRangeAfter as offerRightly } from '../../../../src/digests/eligible-range.ts'

export * from '../../../../src/digests/eligible-range.ts'

/** Every digest offers what was listed within the two weeks, whatever the ones before it offered. */
export const eligibleRangeAfter: typeof offerRightly = (_earlier, lowest, highest) =>
  offerRightly([], lowest, highest)
