import { type Day, parseDay } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { lineField } from './line-field.ts'

/** A date as an address has it: the day, or what was typed and what is wrong with it. Neither where nothing was typed. */
export function dayParam(inQuery: unknown): { day?: Day; typed?: string; problem?: string } {
  const typed = lineField.catch('').parse([inQuery].flat()[0])
  if (typed === '') return {}
  try {
    return { day: parseDay(typed) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { typed, problem: error.message }
  }
}
