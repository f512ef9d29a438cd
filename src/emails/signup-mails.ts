import type { TakenMessage } from '../mail/message.ts'
import { linkEnd } from '../subscribers/link-token.ts'
import type { SignupEmailContent } from '../subscribers/record-signup-request.ts'
import { contentOf, linkTo, type MailParts, type MailWriter, type Render } from './mail-writer.ts'
import type { AddTopicsEmail, ConfirmationEmail } from './signup-views.ts'

/** To a new address: one button that begins a subscription. */
export const confirmationMail: MailWriter<{ confirmation: Render<ConfirmationEmail> }> = (parts, message) => {
  const { url, ...email } = signupFields(parts, message)
  const { hour, days } = contentOf<SignupEmailContent>(message)
  const accountUrl = ownUrl(parts, message, 'account')
  const confirmation = { ...email, hour, days, confirmUrl: url, accountUrl }
  return { kind: 'confirmation', ...parts.emails.confirmation(confirmation) }
}

/** To a subscriber: one button that adds the topics. */
export const addTopicsMail: MailWriter<{ addTopics: Render<AddTopicsEmail> }> = (parts, message) => {
  const { url, ...email } = signupFields(parts, message)
  const manageUrl = ownUrl(parts, message, 'manage')
  return { kind: 'add-topics', ...parts.emails.addTopics({ ...email, addUrl: url, manageUrl }) }
}

/** The link to their settings or account; undefined if they have none, or did not request it. */
function ownUrl({ config }: MailParts<unknown>, message: TakenMessage, purpose: 'manage' | 'account') {
  const { epoch } = contentOf<SignupEmailContent>(message)
  return epoch === undefined
    ? undefined
    : linkTo(config, message, { purpose, id: message.subscriberId, epoch })
}

function signupFields({ config }: MailParts<unknown>, message: TakenMessage) {
  const { topics, zone, askedAt, signupId } = contentOf<SignupEmailContent>(message)
  return {
    topics: topics.map(({ query }) => query),
    zone,
    askedAt,
    validUntil: linkEnd({ purpose: 'confirm', issuedAt: message.datedAt }).toISOString(),
    url: linkTo(config, message, { purpose: 'confirm', id: String(signupId) }),
  }
}
