import { errorEntries } from '../../core/error-table.ts'
import { Fault, type FaultValues } from '../../core/errors.ts'

export const mailboxErrors = errorEntries(503, 1, {
  'mailbox.refused':
    'The mail server of BOUNCE_IMAP refuses the login: {what}. Check BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD.',
  'mailbox.no-folder': 'The mail server of BOUNCE_IMAP cannot open the folder "{folder}": {what}',
  'mailbox.unreachable': 'Unexpected response from the mail server of BOUNCE_IMAP: {what}',
})

export class MailboxFault extends Fault {
  constructor(code: keyof typeof mailboxErrors, values: FaultValues, options?: ErrorOptions) {
    super(mailboxErrors[code], values, options)
  }
}
