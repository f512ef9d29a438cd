import { SMTPServer } from 'smtp-server'

/** An email as received: kind, recipient, date, and the papers that it links to. */
export interface CaughtMail {
  /** "digest" or "note", from its Feedback-ID. */
  kind: string
  to: string
  /** The time of the Date header. */
  at: string
  messageId: string
  papers: string[]
  /** "See the other 12" */
  more: number
  bytes: number
  htmlBytes: number
}

export interface Sink {
  url: string
  mails: CaughtMail[]
  stop(): Promise<void>
}

export async function startSink(): Promise<Sink> {
  const mails: CaughtMail[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, answer) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map((recipient) => recipient.address).join(',')
        mails.push(readMail(Buffer.concat(parts).toString('latin1'), to))
        answer()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}?connections=4`,
    mails,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

export function readMail(raw: string, to: string): CaughtMail {
  const header = (name: string) =>
    raw.match(new RegExp(`^${name}: ([^\\r\\n]*(?:\\r\\n[ \\t][^\\r\\n]*)*)`, 'im'))?.[1] ?? ''
  const html = raw.indexOf('Content-Type: text/html')
  const text = decode(raw.slice(0, html < 0 ? undefined : html))
  // In the text part, a paper's address is its place on the reader's page of the digest.
  const papers = [...decode(raw).matchAll(/\/papers\/(\d{4}\.\d{4,5})/g)].map(([, id = '']) => id)
  return {
    kind: header('Feedback-ID').split(':')[0]!,
    to,
    at: new Date(header('Date')).toISOString(),
    messageId: header('Message-ID'),
    papers: [...new Set(papers)],
    more: text.includes('See the other one:') ? 1 : Number(text.match(/See the other (\d+):/)?.[1] ?? 0),
    bytes: raw.length,
    htmlBytes: html < 0 ? 0 : raw.length - html,
  }
}

/** Quoted-printable, well enough to read addresses; text without it passes through. */
const decode = (text: string): string =>
  text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
