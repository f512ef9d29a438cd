import { type ErrorEntry, errorTable } from '../../src/core/error-table.ts'
import { FEATURES } from '../../src/features/index.ts'
import { bounceFileErrors } from '../../src/operator/operations/try-bounce.ts'
import { paperFileErrors } from '../../src/papers/import-papers.ts'

const ofFeatures = await Promise.all(FEATURES.map(({ errors }) => errors?.() ?? {}))

/** Every error of the program, by its code. */
export const ALL_ERRORS: Readonly<Record<string, ErrorEntry>> = Object.assign(
  { ...errorTable, ...paperFileErrors, ...bounceFileErrors },
  ...ofFeatures,
)
