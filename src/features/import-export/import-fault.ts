import { errorEntries } from '../../core/error-table.ts'
import { Fault, type FaultValues } from '../../core/errors.ts'

/** Errors of an import. */
export const importErrors = {
  ...errorEntries(400, 2, {
    'import.no-csv': 'Cannot read the file "{file}": use the path of a CSV file.',
    'import.refused-is-file': '--refused "{file}" is the file being imported: use another.',
    'import.empty': 'The file is empty.',
    'import.not-text': 'Not UTF-8 or UTF-16 text: save the file as "CSV UTF-8".',
    'import.no-email-column': 'The header has no column "email": it has {columns}.',
    'import.column-twice': 'The header has the column "{column}" twice.',
    'import.column-slip':
      'The header has a column "{column}": did you mean "{meant}"? Fix it, or rename the column so that it is ignored.',
    'import.who-left':
      'The column "{column}" may say who left{where}, and this import cannot read it. If it does, add a column "state": "unsubscribed" for those who left, "suppressed" for those who bounced or complained, "pending" for those who never confirmed, "active" for the others. Then remove "{column}". The columns it can read: email,state,topics,hour,zone,days,confirmed_at,confirmed_how.',
    'import.no-column': '--topics "{column}": the file has no such column. It has {columns}.',
  }),
  ...errorEntries(422, 2, {
    'import.too-large':
      'This file has more than {most} characters. Import it with the command: subscribers import.',
  }),
  ...errorEntries(409, 2, {
    'import.refused-exists':
      '"{file}" already exists and does not contain refused rows of this file: use another with --refused.',
  }),
  ...errorEntries(409, 1, {
    'import.other-key': 'These hashes were made with another SUPPRESSION_KEY, so they match no address.',
  }),
  ...errorEntries(422, 1, {
    'import.too-long':
      'More than {most} characters in one line. The file of refused rows contains only the start.',
    'import.quotes': 'The quotes in this line do not match up.',
    'import.cells': '{count} cells, but the header has {width}.',
    'import.control': 'The line contains the control character {character}: remove it.',
    'import.bytes': 'Column {column} is not valid UTF-8: save the file as "CSV UTF-8".',
    'import.state': 'state "{value}": takes {allowed}.',
    'import.no-state':
      'state is empty, but {column} is filled in: write "unsubscribed", "suppressed" or "active".',
    'import.no-consent':
      'No consent is recorded: fill in confirmed_at, or use --consent "how" for all such rows.',
    'import.instant': '{column} "{value}": use a time between 1995 and now, such as 2026-11-24T08:00:00Z.',
    'import.reason': 'suppressed_reason "{value}": takes {allowed}.',
    'import.epoch': 'epoch "{value}": takes a whole number.',
    'import.json': 'Column {column} is not a JSON object.',
    'import.hash': 'address_hash must have 64 hexadecimal digits.',
    'import.gets-no-mail':
      'The address is suppressed here ({reason}, since {since}): see subscribers unsuppress.',
  }),
}

type ImportErrorCode = keyof typeof importErrors

export class ImportFault extends Fault {
  constructor(code: ImportErrorCode, values?: FaultValues, options?: ErrorOptions) {
    super(importErrors[code], values, options)
  }
}
