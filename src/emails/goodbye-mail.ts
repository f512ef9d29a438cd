import type { GoodbyeMessage } from '../subscribers/goodbye-message.ts'
import { linkEnd } from '../subscribers/link-token.ts'
import type { GoodbyeEmail } from './goodbye-view.ts'
import { contentOf, linkTo, type MailWriter, type Render } from './mail-writer.ts'

/** After a subscription was ended on the page, or by an unproven report: a button undoes it. */
export const goodbyeMail: MailWriter<{ goodbye: Render<GoodbyeEmail> }> = ({ config, emails }, message) => {
  const { subscriberId: id, datedAt } = message
  const { epoch, zone, format, reported } = contentOf<GoodbyeMessage>(message)
  const link = { purpose: 'resubscribe', id, epoch } as const
  const email = {
    undoUrl: linkTo(config, message, link),
    zone,
    endedAt: datedAt.toISOString(),
    validUntil: linkEnd({ purpose: 'resubscribe', issuedAt: datedAt }).toISOString(),
    format,
    reported,
  }
  return { kind: 'goodbye', ...emails.goodbye(email) }
}
