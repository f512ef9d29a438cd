import { Fault } from '../core/errors.ts'
import { digestContent } from '../digests/digest.repo.ts'
import type { DigestMessage } from '../digests/plan-digests.ts'
import type { DigestEmail, ReaderLinks } from './digest-view.ts'
import { contentOf, linkTo, type MailWriter, type Render } from './mail-writer.ts'

/** A digest. Its content is stored in the digest's row. */
export const digestMail: MailWriter<{ digest: Render<DigestEmail> }> = async (
  { config, db, emails },
  message,
) => {
  const content = message.digestId === null ? null : await digestContent(db, message.digestId)
  if (!content) throw new Fault('message.without-content', { id: message.id })
  // A message that an earlier release wrote has no detail and epoch.
  const { detail = 'full', epoch = 0, ...frozen } = contentOf<DigestMessage>(message)
  const id = message.subscriberId
  const links: ReaderLinks = {
    unsubscribeUrl: linkTo(config, message, { purpose: 'unsubscribe', id, epoch }),
    manageUrl: linkTo(config, message, { purpose: 'manage', id, epoch }),
    viewUrl: linkTo(config, message, { purpose: 'digest', id: message.id }),
  }
  const email = emails.digest({ ...frozen, ...links, content, detail })
  return { kind: 'digest', unsubscribeUrl: links.unsubscribeUrl, ...email }
}
