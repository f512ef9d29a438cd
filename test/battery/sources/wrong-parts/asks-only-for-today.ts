import type { Look } from '../../../../src/sources/openalex/looks.ts'

/** The works of the day, as if OpenAlex had each on the day of its publication. */
export const looksOf = (): Look[] => [{ back: 0, ahead: 0 }]
