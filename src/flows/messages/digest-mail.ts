import { digestContent } from '../../digests/digest-store.ts'
import { Fault } from '../../platform/errors.ts'
import type { DigestMessage } from '../digests/fill-page.ts'
import { linkTo, type MailOf } from './mailing.ts'

/** A digest: its content stands with the row of the digest. */
export const digestMail: MailOf = async ({ config, db, emails }, message) => {
  const content = message.digestId === null ? null : await digestContent(db, message.digestId)
  const frozen = message.content as DigestMessage | null
  if (!content || !frozen) throw new Fault('message.without-content', { id: message.id })
  const unsubscribeUrl = linkTo(config, message, { purpose: 'unsubscribe', id: message.subscriberId })
  return { kind: 'digest', unsubscribeUrl, ...emails.digest({ ...frozen, content, unsubscribeUrl }) }
}
