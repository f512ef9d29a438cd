/** The kind of an email's message, the name in its headers, and its folder in templates/emails. */
export const MAIL_KINDS = [
  'digest',
  'confirmation',
  'add-topics',
  'goodbye',
  'note',
  'welcome',
  'manage-link',
  'account-link',
  'new-address',
  'moved',
] as const
export type MailKind = (typeof MAIL_KINDS)[number]

/** Kinds of emails to the operator, which are not stored as messages. */
export type OperatorMailKind = 'test' | 'notice'
