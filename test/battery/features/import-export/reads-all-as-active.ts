import * as real from '../../../../src/features/import-export/import-formats.ts'

export * from '../../../../src/features/import-export/import-formats.ts'

/** Each row of an export is of an active person, whatever the program says about them. */
export const FILE_FORMATS = Object.fromEntries(
  Object.entries(real.FILE_FORMATS).map(([name, format]) => [
    name,
    { ...format, read: ({ email }: real.Cells) => ({ email, state: 'active' }) },
  ]),
)
