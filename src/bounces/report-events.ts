import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { readReturnAddress } from '../subscribers/return-address.ts'
import type { BounceEvent } from './bounce-event.ts'
import { readProviderReport } from './providers/read-provider-report.ts'
import { isProvider, type TakenReport } from './report.repo.ts'
import type { ReportReader } from './report-reader.ts'

export interface ReportEventsDeps extends Deps {
  reader: ReportReader
}

/** A reader that dies has most often other reasons than the report in its hand. */
const MAX_ATTEMPTS = 10

const NOTHING = {
  recipient: null,
  status: null,
  sure: false,
  answer: '',
  about: { tokens: [], messageIds: [] },
} as const satisfies Partial<BounceEvent>

/** Of a report that cannot be read, its envelope recipient still tells which message it is about. */
export const UNREADABLE_EVENTS: BounceEvent[] = [{ ...NOTHING, class: 'unknown' }]

/** What a report says. Throws report.*, and what is no fault of the report's. */
export async function eventsOfReport(deps: ReportEventsDeps, report: TakenReport): Promise<BounceEvent[]> {
  const { recipient, attempts, way: channel, raw } = report
  const named = readReturnAddress(recipient ?? '', deps.config.APP_SECRET)
  // The address says all; who wrote, and how, does not count.
  if (named?.purpose === 'unsubscribe') return [{ ...NOTHING, class: 'unsubscribe' }]
  if (attempts > MAX_ATTEMPTS)
    throw new Fault('report.unreadable', { what: `started ${attempts - 1} times without success` })
  // Makers tell of every mail that arrives, if they are let.
  if (isProvider(channel))
    return readProviderReport(channel, raw).filter(({ class: kind }) => kind !== 'not-a-report')
  const { returned, about } = await deps.reader.read(raw)
  return returned.map(({ class: kind, recipient, status, sure, diagnostic }) => ({
    class: kind,
    recipient,
    status,
    sure,
    answer: diagnostic ?? '',
    about,
  }))
}
