import { linkEnd } from '../../subscribers/link-token.ts'
import type { MailFormat } from '../../subscribers/subscriber.ts'
import { contentOf, linkTo, type MailOf } from './mailing.ts'

/** The content of a message of kind goodbye. */
export interface GoodbyeMessage {
  /** Of the subscriber when it ended: whoever confirms anew makes the undo void. */
  epoch: number
  zone: string
  format: MailFormat
}

/** To somebody who ended their subscription on the page: it is done, and a button undoes it. */
export const goodbyeMail: MailOf = ({ config, emails }, message) => {
  const { subscriberId: id, datedAt } = message
  const { epoch, zone, format } = contentOf<GoodbyeMessage>(message)
  const link = { purpose: 'resubscribe', id, epoch } as const
  const email = {
    undoUrl: linkTo(config, message, link),
    zone,
    endedAt: datedAt.toISOString(),
    validUntil: linkEnd({ purpose: 'resubscribe', issuedAt: datedAt }).toISOString(),
    format,
  }
  return { kind: 'goodbye', ...emails.goodbye(email) }
}
