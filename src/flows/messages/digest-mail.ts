import type { TakenMessage } from '../../delivery/message.ts'
import { digestContent } from '../../digests/digest-store.ts'
import type { ReaderLinks } from '../../emails/digest-view.ts'
import { Fault } from '../../platform/errors.ts'
import type { DigestMessage } from '../digests/fill-page.ts'
import { linkTo, type MailOf, type MailParts } from './mailing.ts'

/** A digest: its content stands with the row of the digest. */
export const digestMail: MailOf = async ({ config, db, emails }, message) => {
  const content = message.digestId === null ? null : await digestContent(db, message.digestId)
  const frozen = message.content as DigestMessage | null
  if (!content || !frozen) throw new Fault('message.without-content', { id: message.id })
  // A message that an earlier release wrote down holds neither.
  const { detail = 'full', epoch = 0 } = frozen
  const links = readerLinks(config, message, epoch)
  return { kind: 'digest', ...links, ...emails.digest({ ...frozen, ...links, content, detail }) }
}

/** The links of a mail of papers: `epoch` is the subscriber's. */
export const readerLinks = (
  config: MailParts['config'],
  message: TakenMessage,
  epoch: number,
): ReaderLinks => ({
  unsubscribeUrl: linkTo(config, message, { purpose: 'unsubscribe', id: message.subscriberId }),
  manageUrl: linkTo(config, message, { purpose: 'manage', id: message.subscriberId, epoch }),
  viewUrl: linkTo(config, message, { purpose: 'digest', id: message.id }),
})
