import type { WelcomeMessage } from '../digests/welcome-message.ts'
import { contentOf, linkTo, type MailWriter, type Render } from './mail-writer.ts'
import type { WelcomeEmail } from './welcome-view.ts'

/** To a subscriber who just confirmed. It is sent and cancelled as digests are. */
export const welcomeMail: MailWriter<{ welcome: Render<WelcomeEmail> }> = ({ config, emails }, message) => {
  const { epoch, papers: _, ...content } = contentOf<WelcomeMessage>(message)
  const id = message.subscriberId
  const manageUrl = linkTo(config, message, { purpose: 'manage', id, epoch })
  const unsubscribeUrl = linkTo(config, message, { purpose: 'unsubscribe', id, epoch })
  const viewUrl = linkTo(config, message, { purpose: 'digest', id: message.id })
  const email = emails.welcome({ ...content, manageUrl, unsubscribeUrl, viewUrl })
  return { kind: 'welcome', unsubscribeUrl, ...email }
}
