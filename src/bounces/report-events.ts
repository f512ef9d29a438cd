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

/** A reader process usually dies for reasons other than the report that it is reading, so allow many attempts. */
const MAX_ATTEMPTS = 10

const NOTHING = {
  recipient: null,
  status: null,
  sure: false,
  answer: '',
  about: { tokens: [], messageIds: [] },
} as const satisfies Partial<BounceEvent>

/** The envelope recipient of an unreadable report still identifies the message. */
export const UNREADABLE_EVENTS: BounceEvent[] = [{ ...NOTHING, class: 'unknown' }]

/** The bounce events of a report. Throws report.*, and errors that are not the report's fault. */
export async function eventsOfReport(deps: ReportEventsDeps, report: TakenReport): Promise<BounceEvent[]> {
  const { recipient, attempts, way: channel, raw } = report
  const named = readReturnAddress(recipient ?? '', deps.config.APP_SECRET)
  // The address is enough: the sender and the content do not matter.
  if (named?.purpose === 'unsubscribe') return [{ ...NOTHING, class: 'unsubscribe' }]
  if (attempts > MAX_ATTEMPTS)
    throw new Fault('report.unreadable', { what: `started ${attempts - 1} times without success` })
  // Providers report every delivered email too, if the webhook is configured so.
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
