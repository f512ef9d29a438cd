import type { Deps } from '../../core/deps.ts'
import { type ImportedPendingPage, importedPendingAfter } from '../imported-pending.repo.ts'
import { recordSignupRequest } from '../record-signup-request.ts'
import { subscriberById } from '../subscriber.repo.ts'
import { topicsOf } from '../topic.repo.ts'

const LOOK_AT = 5000

/**
 * Sends a confirmation email to every imported pending subscriber who has not been asked yet. Each is committed before
 * the next one, so that another run resumes. Returns the number of emails.
 */
export async function requestConfirmations(deps: Deps): Promise<number> {
  let mails = 0
  let after: string | null = ''
  while (after !== null) {
    const { ids, last }: ImportedPendingPage = await importedPendingAfter(deps.db, { after, look: LOOK_AT })
    for (const id of ids) mails += (await requestConfirmation(deps, id)) ? 1 : 0
    after = last
  }
  return mails
}

async function requestConfirmation(deps: Deps, id: string): Promise<boolean> {
  const subscriber = await subscriberById(deps.db, id)
  if (!subscriber) return false
  const { address, addressKey: key, zone, hour, days, maxPapers, format, detail } = subscriber
  const request = {
    topics: await topicsOf(deps.db, id),
    zone,
    hour,
    days,
    maxPapers,
    format,
    detail,
  }
  const { mail } = await recordSignupRequest(deps, { address: { address, key }, request, how: 'import' })
  return mail !== null
}
