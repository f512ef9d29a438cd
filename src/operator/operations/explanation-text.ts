import { hourOfDay, weekdayDateWithYear, weekdaysText } from '../../i18n/dates.ts'
import { wrap } from '../../mail/rendering/text.ts'
import type { Explanation } from '../explain-subscriber.ts'

/** The verdict first, then what led to it in order of time, within 80 columns. */
export function textOfExplanation({ subscriber, date, verdict, steps }: Explanation): string {
  const { id, email, state, zone, hour, days } = subscriber
  const schedule = days.length > 0 ? `, ${weekdaysText(days)} at ${hourOfDay(hour)} ${zone}` : ''
  const stood = state === 'none' ? 'not subscribed yet' : state
  return [
    wrap(verdict.text),
    '',
    wrap(`${email ?? `${id} (erased)`} on ${weekdayDateWithYear(date)}: ${stood}${schedule}`),
    ...(steps.length > 0 ? ['', textOfTimeline(steps)] : []),
  ].join('\n')
}

/** The steps with a heading, one or more lines each. */
export const textOfTimeline = (steps: readonly { at: Date | null; text: string }[]): string =>
  [
    'When (UTC)           What',
    ...steps.map(({ at, text }) => wrap(text, INDENT, at ? stamp(at) : INDENT)),
  ].join('\n')

const stamp = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')}  `
const INDENT = ' '.repeat(21)
