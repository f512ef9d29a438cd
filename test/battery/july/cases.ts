import { noTestData } from '../../support/test-data.ts'
import type { BatteryCase } from '../battery-case.ts'
import { runJuly } from './july.ts'

const DAY_HOURS = 24

/** `days`: so many in profile ci; a note comes after a week. */
const julyCase = (workers: number, days: number): BatteryCase => ({
  name: `july-${workers}`,
  fault: workers === 1 ? 'a month of real days, one worker' : `the same, ${workers} workers at once`,
  long: true,
  invariant: 'missed = doubled = offered twice = wrong papers = wrong notes = 0',
  async run(profile) {
    const july = await runJuly(workers, profile === 'ci' ? days * DAY_HOURS : undefined)
    if (!july) return noTestData('huggingface/daily')
    const { missed, doubled, offeredTwice, wrongPapers, notes, wrongNotes } = july
    return {
      ok: july.mails > 0 && missed + doubled + offeredTwice + wrongPapers + wrongNotes === 0,
      n: `${july.subscribers} subscribers, ${july.digestsExpected} digests expected`,
      result: `${july.mails} mails; missed ${missed}, doubled ${doubled}, offered twice ${offeredTwice}, wrong papers ${wrongPapers}; ${notes} notes, ${wrongNotes} wrong; largest mail ${july.largestBytes} bytes, HTML part ${july.largestHtmlBytes}`,
    }
  },
})

export const julyCases: BatteryCase[] = [julyCase(1, 4), julyCase(3, 4)]
