import { setTimeout as sleep } from 'node:timers/promises'
import { signLink } from '../../../../src/subscribers/links.ts'
import { APP_SECRET } from '../../bench/bulk-emails.ts'

export interface Leaver {
  id: string
  address: string
}

/** One who unsubscribed, and when the site acknowledged it, by this machine's clock. */
export interface Left extends Leaver {
  acknowledgedAt: number
}

const TRY_AGAIN_MS = 100
const MAX_REQUEST_MS = 5000
const TRIES = 300

/**
 * One-click unsubscribes, as a mailbox provider sends them: from the other web process if one does not respond or says that
 * the database is down, until one acknowledges it.
 */
export async function leave(person: Leaver, sites: readonly string[], first: number): Promise<Left> {
  const link = { purpose: 'unsubscribe', id: person.id, epoch: 0, issuedAt: new Date() } as const
  const token = signLink(link, APP_SECRET)
  for (let n = 0; n < TRIES; n++) {
    const site = sites[(first + n) % sites.length]!
    const status = await fetch(`${site}/unsubscribe/${token}`, {
      method: 'POST',
      body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded', connection: 'close' },
      redirect: 'manual',
      signal: AbortSignal.timeout(MAX_REQUEST_MS),
    }).then(
      (response) => response.status,
      () => undefined,
    )
    if (status === 200) return { ...person, acknowledgedAt: Date.now() }
    if (status !== undefined && status !== 503) throw new Error(`an unsubscribe returned ${status}`)
    await sleep(TRY_AGAIN_MS)
  }
  throw new Error('an unsubscribe was never acknowledged')
}
