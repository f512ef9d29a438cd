import type { NoMatchesMessage } from '../digests/no-matches.ts'
import { contentOf, linkTo, type MailWriter, type Render } from './mail-writer.ts'
import type { NoMatchesEmail } from './no-matches-view.ts'

/** To a subscriber whose topics have matched nothing for a while. It is sent and cancelled as digests are. */
export const noMatchesMail: MailWriter<{ noMatches: Render<NoMatchesEmail> }> = (
  { config, emails },
  message,
) => {
  const { epoch, ...content } = contentOf<NoMatchesMessage>(message)
  const id = message.subscriberId
  const manageUrl = linkTo(config, message, { purpose: 'manage', id, epoch })
  const unsubscribeUrl = linkTo(config, message, { purpose: 'unsubscribe', id, epoch })
  return { kind: 'note', unsubscribeUrl, ...emails.noMatches({ ...content, manageUrl, unsubscribeUrl }) }
}
