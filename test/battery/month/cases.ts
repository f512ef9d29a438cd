import { noTestData } from '../../support/test-data.ts'
import type { BatteryCase } from '../battery-case.ts'
import { runRecordedMonth } from './recorded-month.ts'

const DAY_HOURS = 24

/** `days`: so many in profile ci; a note comes after a week. */
const monthCase = (workers: number, days: number): BatteryCase => ({
  name: workers === 1 ? 'month-one-process' : 'month-three-processes',
  fault: workers === 1 ? 'a month of real days, one worker' : `the same, ${workers} workers at once`,
  long: true,
  invariant: 'missed = doubled = offered twice = wrong papers = wrong notes = 0',
  async run(profile) {
    const month = await runRecordedMonth(workers, profile === 'ci' ? days * DAY_HOURS : undefined)
    if (!month) return noTestData('huggingface/daily')
    const { missed, doubled, offeredTwice, wrongPapers, notes, wrongNotes } = month
    return {
      ok: month.mails > 0 && missed + doubled + offeredTwice + wrongPapers + wrongNotes === 0,
      n: `${month.subscribers} subscribers, ${month.digestsExpected} digests expected`,
      result: `${month.mails} emails; missed ${missed}, doubled ${doubled}, offered twice ${offeredTwice}, wrong papers ${wrongPapers}; ${notes} notes, ${wrongNotes} wrong; largest mail ${month.largestBytes} bytes, HTML part ${month.largestHtmlBytes}`,
    }
  },
})

export const monthCases: BatteryCase[] = [monthCase(1, 4), monthCase(3, 4)]
