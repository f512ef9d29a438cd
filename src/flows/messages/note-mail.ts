import type { NoteEmail } from '../../emails/note-view.ts'
import { contentOf, linkTo, type MailOf } from './mailing.ts'

/** The content of a message of kind note: all that its mail says, but for the links. */
export interface NoteMessage extends Omit<NoteEmail, 'manageUrl' | 'unsubscribeUrl'> {
  /** Of the subscriber, when it was planned. */
  epoch: number
}

/** To somebody whose topics matched nothing for a while. It is mailed as digests are, so it ends as they do. */
export const noteMail: MailOf = ({ config, emails }, message) => {
  const { epoch, ...content } = contentOf<NoteMessage>(message)
  const id = message.subscriberId
  const manageUrl = linkTo(config, message, { purpose: 'manage', id, epoch })
  const unsubscribeUrl = linkTo(config, message, { purpose: 'unsubscribe', id, epoch })
  return { kind: 'note', unsubscribeUrl, ...emails.note({ ...content, manageUrl, unsubscribeUrl }) }
}
