import type { DueDate } from '../../../../src/digests/due.ts'

export * from '../../../../src/digests/due.ts'

/** Continues with the newest date, and does not record those before. */
export const dueBetween = (): DueDate[] => []
