import { fill, words } from '../i18n/words.ts'
import { type ErrorCode, type ErrorEntry, errorTable } from './error-table.ts'

/** Values for a message: numbers, places and ranges, never an address or a token. */
export type FaultValues = Record<string, string | number>

/** For errors that a page may show; others have only the operator's message. */
const sentences: Readonly<Record<string, string | undefined>> = words.errors

/**
 * An expected error. `code` is for programs, `message` for the operator, `sentence` for the person who reads the page.
 */
export class Fault extends Error {
  readonly code: string
  readonly values: FaultValues
  readonly entry: ErrorEntry

  /** A code of errorTable, or the row of a feature's own table. */
  constructor(error: ErrorCode | ErrorEntry, values: FaultValues = {}, options?: ErrorOptions) {
    const entry = typeof error === 'string' ? errorTable[error] : error
    super(fill(entry.operator, values), options)
    this.name = 'Fault'
    this.code = entry.code
    this.values = values
    this.entry = entry
  }

  get status(): number {
    return this.entry.status
  }

  /** Exit code of a command: 1 failed, 2 wrong use. */
  get exit(): 1 | 2 {
    return this.entry.exit
  }

  /** Without a sentence of its own: the operator's message, unless the error is ours. */
  get sentence(): string {
    const own = sentences[this.code] ?? (this.status < 500 ? this.entry.operator : words.errors.unexpected)
    return fill(own, this.values)
  }
}

/** The log fields for anything thrown. */
export const errorFields = (error: unknown) => ({
  code: error instanceof Fault ? error.code : 'unexpected',
  what: errorText(error),
})

/** The text of anything thrown, for logs; the logger redacts addresses. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join('; ') || error.message
  if (hasMessage(error)) return String(error.message)
  return typeof error === 'object' && error !== null ? JSON.stringify(error) : String(error)
}

// Some libraries throw objects that look like errors but are not instances of Error.
const hasMessage = (error: unknown): error is { message: unknown } =>
  typeof error === 'object' && error !== null && 'message' in error

export function undefinedIfThrown<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

export function undefinedIfFault<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

export interface FieldFault {
  /** The field's name in the request: email, topic, hour, … */
  field: string
  fault: Fault
}

/** A body may contain thousands of wrong fields; the reply lists this many. */
export const MAX_FAULTS = 10
const MAX_NAME_LENGTH = 40

/** request.unknown-field for the first MAX_FAULTS names. Only the first lists the known fields. */
export const unknownFieldFaults = (names: readonly string[], known: string): FieldFault[] =>
  names.slice(0, MAX_FAULTS).map((name, i) => {
    const field = name.slice(0, MAX_NAME_LENGTH)
    const values = { field, known: i === 0 ? known : words.fault.knownAbove }
    return { field, fault: new Fault('request.unknown-field', values) }
  })

/** Several wrong fields: has the code of the first one, and the messages of all. */
export class FieldFaults extends Fault {
  readonly fields: FieldFault[]

  constructor(fields: [FieldFault, ...FieldFault[]]) {
    super(fields[0].fault.entry, fields[0].fault.values)
    this.message = fields.map(({ fault }) => fault.message).join('\n')
    this.fields = fields
  }
}

/** Reads fields one by one and collects the faults, so that a person sees all of them at once. */
export class FieldReader {
  readonly #faults: FieldFault[] = []

  /** The result of `work`; `fallback` if it throws a Fault, which is collected. FieldFaults keep their own fields. */
  read<T>(field: string, fallback: T, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#faults.push(...(error instanceof FieldFaults ? error.fields : [{ field, fault: error }]))
      return fallback
    }
  }

  /** Throws FieldFaults if any field was wrong. */
  finish(): void {
    const [first, ...others] = this.#faults
    if (first) throw new FieldFaults([first, ...others])
  }
}

/** What `read` returns. Throws FieldFaults with every field that is wrong. */
export function readFields<T>(read: (fields: FieldReader) => T): T {
  const fields = new FieldReader()
  const result = read(fields)
  fields.finish()
  return result
}
