import MailComposer from 'nodemailer/lib/mail-composer'
import { type OutgoingMail, toOutgoingMail } from '../../../src/mail/smtp/build-mime.ts'
import { type Build, buildRightly } from '../../support/built-emails.ts'
import { digestMessage, digestReturns } from '../../support/emails.ts'

/** A wrong way to build emails, and the fault that must be reported. */
interface WrongBuilder {
  build: Build
  /** What is wrong, after "built with". */
  what: string
  sees: RegExp
}

type Header = { key: string; value: string | { prepared: boolean; value: string } }

/** With nodemailer, as buildMime does, except for its headers. */
function compose(
  { from, to, replyTo, subject, messageId, date, boundary, text, html }: OutgoingMail,
  headers: Header[],
) {
  const fields = { from, to, replyTo, subject, messageId, date, headers, text, html, baseBoundary: boundary }
  return new MailComposer({ ...fields, textEncoding: 'quoted-printable' }).compile().build()
}

/** Only the battery uses them. */
export const WRONG_BUILDERS: Record<string, WrongBuilder> = {
  /** The name of the site goes into a header as typed, with line ends. */
  'name-not-encoded': {
    what: 'the name of the site not encoded',
    build: ({ email, from }) => {
      const mail = toOutgoingMail(digestMessage, email, from)
      const list = `"${from.siteName}" ${mail.headers['List-ID']!.replace(/^.*</, '<')}`
      const headers = { ...mail.headers, 'List-ID': list }
      return compose(
        mail,
        Object.entries(headers).map(([key, value]) => ({ key, value: { prepared: true, value } })),
      )
    },
    sees: /reads the fields as .*bcc/i,
  },
  /** A header for each way to unsubscribe, instead of one header that lists both. */
  'two-unsubscribe-headers': {
    what: 'two List-Unsubscribe headers',
    build: ({ email, from }) => {
      const mail = toOutgoingMail({ ...digestMessage, returnAddresses: digestReturns }, email, from)
      const headers = Object.entries(mail.headers).flatMap(([key, value]): Header[] =>
        key === 'List-Unsubscribe'
          ? value.split(', ').map((one) => ({ key, value: { prepared: true, value: one } }))
          : [{ key, value: { prepared: true, value } }],
      )
      return compose(mail, headers)
    },
    sees: /reads the fields as .*list-unsubscribe","list-unsubscribe/i,
  },
  /** The HTML is sent without the line breaks that keep its lines short. */
  'html-on-one-line': {
    what: 'the HTML on one line',
    build: async (mail) => {
      const [head = ''] = (await buildRightly(mail)).toString('latin1').split('\r\n\r\n', 1)
      const [, boundary = ''] = /boundary="([^"]+)"/.exec(head)!
      const { text, html } = mail.email
      const parts = [part('plain', text), part('html', (html ?? '').replaceAll('\r\n', ' '))]
      return Buffer.from(
        [head, '', ...parts.flatMap((one) => [`--${boundary}`, one]), `--${boundary}--`, ''].join('\r\n'),
      )
    },
    sees: /a line of \d+ bytes/,
  },
}

const part = (type: string, text: string): string =>
  [`Content-Type: text/${type}; charset=utf-8`, 'Content-Transfer-Encoding: 8bit', '', text].join('\r\n')
