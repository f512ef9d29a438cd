import type { BatteryCase } from '../battery-case.ts'
import { runJuly } from './july.ts'

const TEN_DAYS = 10 * 24

const julyCase = (workers: number): BatteryCase => ({
  name: `july-${workers}`,
  fault: workers === 1 ? 'a month of real days, one worker' : `the same, ${workers} workers at once`,
  invariant: 'missed = doubled = offered twice = wrong papers = wrong notes = 0',
  async run(profile) {
    const july = await runJuly(workers, profile === 'ci' ? TEN_DAYS : undefined)
    if (!july) return 'the recorded days of July 2025 are not beside this checkout'
    const { missed, doubled, offeredTwice, wrongPapers, notes, wrongNotes } = july
    return {
      ok: july.mails > 0 && missed + doubled + offeredTwice + wrongPapers + wrongNotes === 0,
      n: `${july.subscribers} subscribers, ${july.digestsExpected} digests expected`,
      result: `${july.mails} mails; missed ${missed}, doubled ${doubled}, offered twice ${offeredTwice}, wrong papers ${wrongPapers}; ${notes} notes, ${wrongNotes} wrong; largest mail ${july.largestBytes} bytes, HTML part ${july.largestHtmlBytes}`,
    }
  },
})

export const julyCases: BatteryCase[] = [julyCase(1), julyCase(3)]
