import { calendar as rightly } from '../../../../src/sources/openalex/calendar.ts'
import type { SourceCalendar } from '../../../../src/sources/source.ts'

/** As often as a source that costs nothing. */
export const calendar: SourceCalendar = { ...rightly, refetchAfterMs: () => 3_600_000 }
