import type { WelcomeMessage } from '../digests/welcome-message.ts'
import { contentOf, linkTo, type MailWriter } from './mail-writer.ts'

/** To a subscriber who just confirmed. It is sent and cancelled as digests are. */
export const welcomeMail: MailWriter = ({ config, emails }, message) => {
  const { epoch, papers: _, ...content } = contentOf<WelcomeMessage>(message)
  const id = message.subscriberId
  const manageUrl = linkTo(config, message, { purpose: 'manage', id, epoch })
  const unsubscribeUrl = linkTo(config, message, { purpose: 'unsubscribe', id, epoch })
  const viewUrl = linkTo(config, message, { purpose: 'digest', id: message.id })
  const email = emails.welcome({ ...content, manageUrl, unsubscribeUrl, viewUrl })
  return { kind: 'welcome', unsubscribeUrl, ...email }
}
