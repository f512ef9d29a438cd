import { fill, words } from '../i18n/words.ts'
import { type ErrorCode, errorTable } from './error-table.ts'

/** Values for a message: numbers, places and ranges, never an address or a token. */
export type FaultValues = Record<string, string | number>

/**
 * An expected error. `code` is for programs, `message` for the operator, `sentence` for the person who reads the page.
 */
export class Fault extends Error {
  readonly code: ErrorCode
  readonly values: FaultValues

  constructor(code: ErrorCode, values: FaultValues = {}, options?: ErrorOptions) {
    super(fill(errorTable[code].operator, values), options)
    this.name = 'Fault'
    this.code = code
    this.values = values
  }

  /** HTTP status. */
  get status(): number {
    return errorTable[this.code].status
  }

  /** Exit code of a command: 1 failed, 2 wrong use. */
  get exit(): 1 | 2 {
    return errorTable[this.code].exit
  }

  get sentence(): string {
    return fill(words.errors[this.code], this.values)
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
