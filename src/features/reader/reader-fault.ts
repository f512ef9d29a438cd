import { errorEntries } from '../../core/error-table.ts'
import { Fault, type FaultValues } from '../../core/errors.ts'

export const readerErrors = errorEntries(503, 1, {
  'reader.unreachable': 'The service at READER_URL does not reply: {what}',
  'reader.refused':
    'The service at READER_URL refuses requests with status {status}. Check READER_URL, READER_MODEL and READER_KEY.',
  'reader.unusable':
    'None of {asked} replies of READER_MODEL was a grade as docs/reader.md describes it. Choose another model.',
})

export class ReaderFault extends Fault {
  constructor(code: keyof typeof readerErrors, values: FaultValues, options?: ErrorOptions) {
    super(readerErrors[code], values, options)
  }
}
