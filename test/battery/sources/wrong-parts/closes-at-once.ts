import { calendar as rightly } from '../../../../src/sources/huggingface/calendar.ts'
import type { SourceCalendar } from '../../../../src/sources/source.ts'

const HOUR_MS = 3600 * 1000

/** Reads a day once in the morning, as if it were whole by then: what comes later is not read. */
export const calendar: SourceCalendar = {
  ...rightly,
  closesAt: (day) => new Date(rightly.opensAt(day).getTime() + HOUR_MS),
  refreshVotesAfterMs: () => null,
}
