import { conflict, type ErrorEntry, errorEntry, notAccepted, wrongUse } from '../../core/error-table.ts'
import { Fault, type FaultValues } from '../../core/errors.ts'

/** Errors of `subscribers import`, which no page shows. */
export const importErrors = {
  'import.no-csv': wrongUse('Cannot read the file "{file}": use the path of a CSV file.'),
  'import.refused-is-file': wrongUse('--refused "{file}" is the file being imported: use another.'),
  'import.refused-exists': errorEntry(
    409,
    2,
  )('"{file}" already exists and does not contain refused rows of this file: use another with --refused.'),
  'import.empty': wrongUse('The file is empty.'),
  'import.not-text': wrongUse('Not UTF-8 or UTF-16 text: save the file as "CSV UTF-8".'),
  'import.no-email-column': wrongUse('The header has no column "email": it has {columns}.'),
  'import.column-twice': wrongUse('The header has the column "{column}" twice.'),
  'import.column-slip': wrongUse(
    'The header has a column "{column}": did you mean "{meant}"? Fix it, or rename the column so that it is ignored.',
  ),
  'import.no-column': wrongUse('--topics "{column}": the file has no such column. It has {columns}.'),
  'import.running': conflict('Another process is importing this file.'),
  'import.other-key': conflict(
    'These hashes were made with another SUPPRESSION_KEY, so they match no address.',
  ),
  'import.too-long': notAccepted(
    'More than {most} characters in one line. The file of refused rows contains only the start.',
  ),
  'import.quotes': notAccepted('The quotes in this line do not match up.'),
  'import.cells': notAccepted('{count} cells, but the header has {width}.'),
  'import.control': notAccepted('The line contains the control character {character}: remove it.'),
  'import.bytes': notAccepted('Column {column} is not valid UTF-8: save the file as "CSV UTF-8".'),
  'import.state': notAccepted('state "{value}": takes {allowed}.'),
  'import.no-consent': notAccepted(
    'No consent is recorded: fill in confirmed_at, or use --consent "how" for all such rows.',
  ),
  'import.instant': notAccepted(
    '{column} "{value}": use a time between 1995 and now, such as 2026-11-24T08:00:00Z.',
  ),
  'import.reason': notAccepted('suppressed_reason "{value}": takes {allowed}.'),
  'import.epoch': notAccepted('epoch "{value}": takes a whole number.'),
  'import.json': notAccepted('Column {column} is not a JSON object.'),
  'import.hash': notAccepted('address_hash must have 64 hexadecimal digits.'),
  'import.gets-no-mail': notAccepted(
    'The address is suppressed here ({reason}, since {since}): see subscribers unsuppress.',
  ),
} as const satisfies Record<string, ErrorEntry>

type ImportErrorCode = keyof typeof importErrors

export class ImportFault extends Fault {
  constructor(code: ImportErrorCode, values?: FaultValues, options?: ErrorOptions) {
    super({ code, ...importErrors[code] }, values, options)
  }
}
