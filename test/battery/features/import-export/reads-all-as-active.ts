import * as real from '../../../../src/features/import-export/import-formats.ts'

export * from '../../../../src/features/import-export/import-formats.ts'

/** Reads each row of an export as active, whatever its columns say. */
export const FILE_FORMATS = Object.fromEntries(
  Object.entries(real.FILE_FORMATS).map(([name, format]) => [
    name,
    { ...format, read: ({ email }: real.Cells) => ({ email, state: 'active' }) },
  ]),
)
