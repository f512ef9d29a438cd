import type { DueDate } from '../../../../src/digests/due.ts'

export * from '../../../../src/digests/due.ts'

/** Goes on with the newest date, and says nothing of those before. */
export const dueBetween = (): DueDate[] => []
