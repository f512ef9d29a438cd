import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { addressHash, parseAddress } from '../subscribers/address.ts'
import { requireUnsuppressed } from '../subscribers/suppression.repo.ts'
import { type DirectSendResult, sendDirectly } from './send-directly.ts'

/**
 * Sends a short test email to one address, in the same way as messages. Throws address.*, subscriber.suppressed,
 * smtp.sending-off, smtp.not-set, dkim.cannot-sign.
 */
export async function sendTestEmail(
  deps: Deps,
  { email, dryRun }: { email: string; dryRun?: boolean },
): Promise<DirectSendResult> {
  const { db, config } = deps
  const { address, key } = parseAddress(email)
  if (config.SENDING === 'off' && !dryRun) throw new Fault('smtp.sending-off')
  await requireUnsuppressed(db, addressHash(key, config.SUPPRESSION_KEY))
  const { SITE_NAME, BASE_URL, POSTAL_ADDRESS } = config
  const text = [
    `This is a test of ${SITE_NAME}, sent from ${BASE_URL}.`,
    'If you can read this, sending works. Check the headers for spf=pass, dkim=pass and dmarc=pass.',
    `You have not been subscribed to anything.\n\n${SITE_NAME}\n${POSTAL_ADDRESS}`,
  ].join('\n\n')
  return sendDirectly(
    deps,
    { kind: 'test', to: address, subject: `Test email from ${SITE_NAME}`, text },
    { dryRun },
  )
}
