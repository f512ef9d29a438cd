import { z } from 'zod'
import { parseDay } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'

/**
 * Reads the input of an operation from what a person typed: text, several texts, or true for a flag. `usageOf` names a
 * field in the message. Throws usage.wrong, date.invalid.
 */
export function readInput<I extends z.ZodObject>(
  input: I,
  typed: Record<string, unknown>,
  usageOf: (field: string) => string,
): z.output<I> {
  const given = Object.entries(typed).filter(([, value]) => value !== undefined)
  const values = Object.fromEntries(
    given.map(([field, value]) => [field, isDay(fieldOf(input, field)) ? parseDay(String(value)) : value]),
  )
  const parsed = input.safeParse(values)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues as [z.core.$ZodIssue]
  const field = String(path[0])
  throw new Fault('usage.wrong', { what: `${usageOf(field)} "${values[field] ?? ''}": use ${message}` })
}

export const fieldOf = (input: z.ZodObject, field: string): z.ZodType => input.shape[field] as z.ZodType

const isDay = (schema: z.ZodType): boolean => unwrapped(schema) instanceof z.ZodISODate

/** The schema without `optional` and `default`. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema
}
