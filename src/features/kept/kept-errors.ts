import { errorEntries } from '../../core/error-table.ts'

export const keptErrors = {
  ...errorEntries(410, 1, {
    'kept.ended':
      'This private address was replaced or turned off, or its subscriber has no subscription any more.',
  }),
  ...errorEntries(422, 1, {
    'kept.too-many': 'The subscriber keeps {most} papers already, which is the limit.',
  }),
}
