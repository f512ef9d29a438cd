import type { Config } from '../config/config.ts'
import type { Database } from '../core/database/database.ts'
import { Fault } from '../core/errors.ts'
import type { TakenMessage } from '../mail/message.ts'
import type { RenderedEmail } from '../mail/rendering/template.ts'
import type { HeaderInput } from '../mail/smtp/build-mime.ts'
import { type Link, secretById, signLink } from '../subscribers/links.ts'

/** Renders the values of one kind of email. */
export type Render<Email> = (email: Email) => RenderedEmail

/** The data for an email besides the message's row. `Emails`: the renderers that it uses. */
export interface MailParts<Emails> {
  config: Config
  db: Database
  emails: Emails
}

export type Mail = RenderedEmail & Pick<HeaderInput, 'kind' | 'unsubscribeUrl'>

/** Composes the email of a message of one kind. Throws message.without-content. */
export type MailWriter<Emails> = (parts: MailParts<Emails>, message: TakenMessage) => Mail | Promise<Mail>

/** The content that was stored when the message was enqueued. Throws message.without-content. */
export function contentOf<Content>({ id, content }: TakenMessage): Content {
  if (!content) throw new Fault('message.without-content', { id })
  return content as Content
}

/**
 * The URL of a page behind a link in this email: dated and signed as the message's row says, so that a retry has the
 * same bytes. Links that confirm, or show a digest, have no epoch.
 */
export function linkTo(
  config: Config,
  { datedAt, secretId }: Pick<TakenMessage, 'datedAt' | 'secretId'>,
  { epoch = 0, ...link }: Pick<Link, 'purpose' | 'id'> & { epoch?: number },
): string {
  const secret = secretById(secretId, config.APP_SECRET)
  return `${config.BASE_URL}/${link.purpose}/${signLink({ ...link, epoch, issuedAt: datedAt }, secret)}`
}
