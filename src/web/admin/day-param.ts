import { type Day, parseDay } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { lineField } from './line-field.ts'

/** Reads the date in a URL: the day, or the typed text and what is wrong with it; empty if no date was typed. */
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
