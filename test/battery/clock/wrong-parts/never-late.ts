export * from '../../../../src/digests/due.ts'

/** Plans every open date, however old it is. */
export const isLate = (): boolean => false
