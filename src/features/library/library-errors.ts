import { errorEntries } from '../../core/error-table.ts'

export const libraryErrors = errorEntries(422, 2, { 'library.empty': 'The library is empty.' })
