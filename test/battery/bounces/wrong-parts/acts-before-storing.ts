import { setTimeout as sleep } from 'node:timers/promises'
import { acceptReport as rightly } from '../../../../src/bounces/accept-report.ts'

export * from '../../../../src/bounces/accept-report.ts'

/** What dealing with a report takes. */
const ACTING_MS = 20

let before: Promise<unknown> = Promise.resolve()

/** A report is only in memory until it is processed: the 250 comes at once, which looks quick. */
export async function acceptReport(...args: Parameters<typeof rightly>): Promise<void> {
  before = before
    .then(() => sleep(ACTING_MS))
    .then(() => rightly(...args))
    .catch(() => {})
}
