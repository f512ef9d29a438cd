/** Of every mail: the kind of its message, the name in its headers, and its folder in templates/emails. */
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

/** Of mails to the operator, which go out beside the messages. */
export type OperatorMailKind = 'test' | 'notice'
