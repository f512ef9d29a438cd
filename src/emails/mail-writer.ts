import type { Config } from '../config/config.ts'
import type { Database } from '../core/database/database.ts'
import { Fault } from '../core/errors.ts'
import type { TakenMessage } from '../mail/message.ts'
import type { HeaderInput } from '../mail/templates/headers.ts'
import type { RenderedEmail } from '../mail/templates/rendered-email.ts'
import { type Link, secretById, signLink } from '../subscribers/link-token.ts'
import type { Emails } from './emails.ts'

/** What a mail is made with, besides the row of its message. */
export interface MailParts {
  config: Config
  db: Database
  emails: Emails
}

export type Mail = RenderedEmail & Pick<HeaderInput, 'kind' | 'unsubscribeUrl'>

/** Makes the mail of a message of one kind. Throws message.without-content. */
export type MailWriter = (parts: MailParts, message: TakenMessage) => Mail | Promise<Mail>

/** What a message says, as the flow that left it wrote it down. Throws message.without-content. */
export function contentOf<Content>({ id, content }: TakenMessage): Content {
  if (!content) throw new Fault('message.without-content', { id })
  return content as Content
}

/**
 * The address of a page behind a link of this mail: dated and signed as the row of its message says, so that a second
 * try has the same bytes. Links that confirm, or show a digest, have no epoch.
 */
export function linkTo(
  config: Config,
  { datedAt, secretId }: Pick<TakenMessage, 'datedAt' | 'secretId'>,
  { epoch = 0, ...link }: Pick<Link, 'purpose' | 'id'> & { epoch?: number },
): string {
  const secret = secretById(secretId, config.APP_SECRET)
  return `${config.BASE_URL}/${link.purpose}/${signLink({ ...link, epoch, issuedAt: datedAt }, secret)}`
}
