import type { NoteMessage } from '../digests/notes.ts'
import { contentOf, linkTo, type MailOf } from './mailing.ts'

/** To somebody whose topics matched nothing for a while. It is mailed as digests are, so it ends as they do. */
export const noteMail: MailOf = ({ config, emails }, message) => {
  const { epoch, ...content } = contentOf<NoteMessage>(message)
  const id = message.subscriberId
  const manageUrl = linkTo(config, message, { purpose: 'manage', id, epoch })
  const unsubscribeUrl = linkTo(config, message, { purpose: 'unsubscribe', id, epoch })
  return { kind: 'note', unsubscribeUrl, ...emails.note({ ...content, manageUrl, unsubscribeUrl }) }
}
