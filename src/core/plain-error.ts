import type { ErrorEntry } from './error-table.ts'
import { errorText, Fault, type FaultValues, FieldFaults } from './errors.ts'

/** An error as data, which can be posted to another thread. */
export interface PlainError {
  message: string
  stack?: string
  /** Of a Fault. */
  fault?: PlainFault
  /** Of FieldFaults: each wrong field. */
  fields?: { field: string; fault: PlainFault }[]
}

interface PlainFault {
  entry: ErrorEntry
  values: FaultValues
}

const plainFault = ({ entry, values }: Fault): PlainFault => ({ entry, values })
const faultOf = ({ entry, values }: PlainFault): Fault => new Fault(entry, values)

export function toPlainError(error: unknown): PlainError {
  const plain: PlainError = { message: errorText(error) }
  if (error instanceof FieldFaults)
    plain.fields = error.fields.map(({ field, fault }) => ({ field, fault: plainFault(fault) }))
  else if (error instanceof Fault) plain.fault = plainFault(error)
  else if (error instanceof Error) plain.stack = error.stack
  return plain
}

/** The error again: a Fault or FieldFaults with the same code, values and sentences. */
export function fromPlainError({ message, stack, fault, fields }: PlainError): Error {
  const [first, ...others] = fields?.map(({ field, fault }) => ({ field, fault: faultOf(fault) })) ?? []
  if (first) return new FieldFaults([first, ...others])
  if (fault) return faultOf(fault)
  return Object.assign(new Error(message), stack !== undefined && { stack })
}
