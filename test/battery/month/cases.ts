import { noTestData } from '../../support/test-data.ts'
import type { BatteryCase } from '../battery-case.ts'
import { runRecordedMonth } from './recorded-month.ts'

const DAY_HOURS = 24

/** `days`: the number in profile ci; a no-matches email is due after a week. */
const monthCase = (workers: number, days: number): BatteryCase => ({
  name: workers === 1 ? 'month-one-process' : 'month-three-processes',
  fault: `a month of recorded days, with ${workers === 1 ? 'one worker' : `${workers} workers at once`}`,
  long: true,
  invariant: 'missed, duplicates, offered twice, wrong papers and wrong no-matches emails: 0',
  async run(profile) {
    const month = await runRecordedMonth(workers, profile === 'ci' ? days * DAY_HOURS : undefined)
    if (!month) return noTestData('huggingface/daily')
    const { missed, doubled, offeredTwice, wrongPapers, noMatchesEmails, wrongNoMatchesEmails } = month
    return {
      ok: month.emails > 0 && missed + doubled + offeredTwice + wrongPapers + wrongNoMatchesEmails === 0,
      n: `${month.subscribers} subscribers, ${month.digestsExpected} digests expected`,
      result: `${month.emails} emails; missed ${missed}, duplicates ${doubled}, offered twice ${offeredTwice}, wrong papers ${wrongPapers}; ${noMatchesEmails} no-matches emails, ${wrongNoMatchesEmails} wrong; largest email ${month.largestBytes} bytes, HTML part ${month.largestHtmlBytes}`,
    }
  },
})

export const monthCases: BatteryCase[] = [monthCase(1, 4), monthCase(3, 4)]
