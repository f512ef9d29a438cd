import type { Environment } from '../../config/config.ts'
import { undefinedIfThrown } from '../../core/errors.ts'

/** What cannot be guessed, in the order in which it is asked. */
export interface Question {
  name: string
  /** Its heading; a question without one belongs to the question before it. */
  title?: string
  hint: string
  isHidden?: true
  /** Default: always. If it is not asked, an old value is removed: it would count. */
  isAsked?(values: Environment): boolean
  /** What is proposed if nothing is set. */
  proposal?(values: Environment): string | undefined
}

export const QUESTIONS: readonly Question[] = [
  {
    name: 'BASE_URL',
    title: 'The address of the site',
    hint: 'Such as https://papers.example.org. All links in emails are built from it. It must begin with https://, also on a local network: these links change subscriptions.',
  },
  {
    name: 'DATABASE_URL',
    title: 'The database',
    hint: 'embedded: a Postgres that comes with the program, for a few hundred subscribers. Otherwise postgresql://user:password@host/database, Postgres 15 or newer.',
    proposal: () => 'embedded',
  },
  {
    name: 'SMTP_URL',
    title: 'The mail server',
    hint: 'Such as smtp://relay.example.org:587, or smtps:// for TLS from the first byte.',
  },
  {
    name: 'SMTP_USER',
    hint: 'Its user name, as you received it; empty if it needs no login.',
    isAsked: ({ SMTP_URL }) => !hasLogin(SMTP_URL),
  },
  {
    name: 'SMTP_PASSWORD',
    hint: 'Its password, as you received it. What you type is not shown.',
    isHidden: true,
    isAsked: ({ SMTP_USER, SMTP_USER_FILE }) => Boolean(SMTP_USER || SMTP_USER_FILE),
  },
  {
    name: 'MAIL_FROM',
    title: 'The sender of the emails',
    hint: 'One address. The mail server must be allowed to send for its domain.',
    proposal: ({ BASE_URL }) => BASE_URL && undefinedIfThrown(() => `digest@${new URL(BASE_URL).hostname}`),
  },
  {
    name: 'POSTAL_ADDRESS',
    title: 'Your postal address',
    hint: 'On one line, for the footer of every email; the law of many countries requires one.',
  },
  {
    name: 'OPERATOR_EMAIL',
    title: 'Your email address',
    hint: 'It gets alerts, and now a test email. Leave it empty for no alerts and no test email.',
  },
]

const hasLogin = (url = ''): boolean => Boolean(undefinedIfThrown(() => new URL(url).username))
