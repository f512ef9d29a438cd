import { createTransport } from 'nodemailer'
import { exim } from '../../support/exim.ts'
import type { Mta, MtaKind } from '../../support/mta.ts'
import { opensmtpd } from '../../support/opensmtpd.ts'
import { postfix } from '../../support/postfix.ts'
import type { Reader } from './readers.ts'

export const MTA_KINDS: MtaKind[] = [postfix, exim, opensmtpd]

/** Gives the server an email to each reader, with the envelope sender and the headers of the service. */
export async function sendThrough({ port }: Mta, readers: readonly Reader[]): Promise<void> {
  const transport = createTransport({
    ...{ host: '127.0.0.1', port, pool: true, maxConnections: 2 },
    tls: { rejectUnauthorized: false },
  })
  try {
    await Promise.all(
      readers.map((reader) =>
        transport.sendMail({
          envelope: { from: reader.envelope, to: [reader.address] },
          raw: mailTo(reader),
        }),
      ),
    )
  } finally {
    transport.close()
  }
}

const mailTo = ({ address, messageIdField, token, unsubscribe }: Reader): string =>
  [
    'From: Daily Papers <papers@papers.example>',
    `To: ${address}`,
    'Subject: 2 on graphs - 24 Nov',
    'Date: Tue, 24 Nov 2026 08:00:00 +0000',
    `Message-ID: ${messageIdField}`,
    `X-Daily-Papers-Message: ${token}`,
    `List-Unsubscribe: <mailto:${unsubscribe}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'On graphs. If you read this, the address was not found anywhere else.',
    '',
  ].join('\r\n')
