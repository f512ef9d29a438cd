import { z } from 'zod'
import { hourOfDay, longDateWithoutYear, weekdayDateWithYear, weekdaysText } from '../../i18n/dates.ts'
import { wrap } from '../../mail/rendering/text.ts'
import { count, day, instant } from '../../operator/operations/fields.ts'
import { operation } from '../../operator/operations/operation.ts'
import { textOfTimeline } from '../../operator/operations/subscriber-text.ts'
import { type Explanation, explainSubscriber } from './explain-subscriber.ts'

const explanation = z
  .object({
    subscriber: z.object({
      id: z.string(),
      email: z.string(),
      state: z.string(),
      zone: z.string(),
      hour: count,
      days: z.array(z.string()),
    }),
    date: day,
    verdict: z.object({ code: z.string(), text: z.string() }),
    steps: z.array(z.object({ at: instant.nullable(), code: z.string(), text: z.string() })),
  })
  .meta({ id: 'Explanation' })

export const explainOperation = operation({
  name: 'subscribers explain',
  summary: 'why a subscriber did or did not get an email on a date',
  effect: 'read',
  subject: 'subscriber',
  input: z.object({
    date: day.describe('Their local date; default: the newest on which something was due').optional(),
  }),
  run: (deps, { who, date }) => explainSubscriber(deps, { ...who, date }),
  output: (explained) => ({ text: textOfExplanation(explained) }),
  command: {
    options: {
      date: ['--date <date>', 'their local date; default: the newest on which something was due'],
    },
  },
  api: {
    path: '/api/subscribers/:id/explain',
    operationId: 'explainSubscriber',
    summary: 'Why they did or did not get an email on a date',
    response: explanation,
  },
  section: {
    heading: 'Explain a date',
    button: 'Explain',
    labels: { date: 'Date, in their zone' },
    show: ({ date, verdict, steps }) => ({
      values: { date },
      heading: longDateWithoutYear(date),
      summary: verdict.text,
      timeline: steps,
    }),
  },
})

/** The verdict first, then what led to it in order of time, within 80 columns. */
export function textOfExplanation({ subscriber, date, verdict, steps }: Explanation): string {
  const { email, state, zone, hour, days } = subscriber
  const schedule = days.length > 0 ? `, ${weekdaysText(days)} at ${hourOfDay(hour)} ${zone}` : ''
  const stood = state === 'none' ? 'not subscribed yet' : state
  return [
    wrap(verdict.text),
    '',
    wrap(`${email} on ${weekdayDateWithYear(date)}: ${stood}${schedule}`),
    ...(steps.length > 0 ? ['', textOfTimeline(steps)] : []),
  ].join('\n')
}
