import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { act, type Behaviour } from './sink-acts.ts'
import { delays, followRules, type Ruled, type SinkRule, type Step } from './sink-rules.ts'

export type { Behaviour } from './sink-acts.ts'
export type { SinkRule, Step } from './sink-rules.ts'

export interface SinkOptions {
  /** 127.0.0.1 by default. */
  host?: string
  port?: number
  /** Gets a line for each mail, on the disk before the mail is answered: see readArrivals. */
  file?: string
  /** Milliseconds from the final dot to its answer. */
  delayMs?: number
  /** Milliseconds until each other answer. */
  stepDelayMs?: number
  /** Hangs up without a reply after this number of emails on one connection. */
  closeAfter?: number
  /** How it does so, one way for each connection after the other. */
  closing?: Closing[]
  /** PEM: it offers STARTTLS. */
  tls?: { key: string; cert: string }
  /** More lines of the answer to EHLO, such as PIPELINING. */
  extensions?: string[]
  /** Behaviour by step; a function gets the recipient and the number of emails before. */
  at?: Partial<Record<Step, Behaviour | ((recipient: string, mailsBefore: number) => Behaviour | undefined)>>
  /** The same as plain values, for a sink in another process; the first that fits counts, before `at`. */
  rules?: SinkRule[]
  /** The number of emails a second that it accepts, over all connections, in the order of arrival. */
  mailsPerSecond?: number
}

/**
 * How a connection ends after its last mail: without a word; with 421 in the same breath as the last answer, or just
 * after it; with 421 to the next MAIL; with 421 as the last answer, and the mail not kept.
 */
export type Closing = 'silent' | '421-with' | '421-after' | '421-next' | '421-instead'

export interface SinkMail {
  from: string
  to: string
  messageId: string
  hash: string
  text: string
}

export interface SmtpSink {
  port: number
  /** Whose body arrived whole, in order, accepted or not. */
  mails: SinkMail[]
  /** The emails for which it replied 250. */
  accepted: SinkMail[]
  connections: number
  /** Addresses of RCPT commands, in order. */
  recipients: string[]
  at: NonNullable<SinkOptions['at']>
  /** Sends an unrequested line on every connection. */
  say(line: string): void
  close(): Promise<void>
}

const END_OF_MAIL = '\r\n.\r\n'
const GOOD_DOT = '250 2.0.0 accepted'

/** A small SMTP server that shares no code with the sender: tests compare with what it received. */
export async function startSmtpSink(options: SinkOptions = {}): Promise<SmtpSink> {
  const file = options.file ? openSync(options.file, 'a') : undefined
  const ruled = followRules(options.rules ?? [])
  const delay = delays(options.mailsPerSecond)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    sink.connections++
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {}) // senders get killed
    socket.setNoDelay(true)
    talk(socket, sink, { ...options, file: undefined }, { file, ruled, delay })
  })
  server.on('error', (error) => console.error(`sink: ${error.message}`))
  await new Promise<void>((listening) =>
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', listening),
  )
  const sink: SmtpSink = {
    port: (server.address() as AddressInfo).port,
    mails: [],
    accepted: [],
    connections: 0,
    recipients: [],
    at: options.at ?? {},
    say: (line) => {
      for (const socket of sockets) socket.write(`${line}\r\n`)
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
      if (file !== undefined) closeSync(file)
    },
  }
  return sink
}

interface Shared {
  file: number | undefined
  ruled: Ruled
  /** Milliseconds until the next email may be accepted. */
  delay: () => number
}

function talk(socket: Socket, sink: SmtpSink, options: SinkOptions, shared: Shared): void {
  const { file, ruled, delay } = shared
  const way = options.closing?.[(sink.connections - 1) % options.closing.length] ?? 'silent'
  let buffer = ''
  let inData = false
  let from = ''
  let to = ''
  let begun = 0
  let mailsHere = 0

  const decide = (step: Step, good: string): Behaviour => {
    const set = sink.at[step]
    return ruled(step, { from, to }) ?? (typeof set === 'function' ? set(to, sink.mails.length) : set) ?? good
  }
  const answer = (step: Step, good: string, behaviour = decide(step, good)): boolean => {
    if (options.stepDelayMs && step !== 'dot') setTimeout(() => act(socket, behaviour), options.stepDelayMs)
    else act(socket, behaviour)
    return behaviour === good || /^after \d+: 354/.test(behaviour)
  }
  const isLast = () => mailsHere === options.closeAfter

  const onCommand = (line: string) => {
    const address = line.match(/<([^>]*)>/)?.[1] ?? ''
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return answer('ehlo', ehloLines(options, socket))
      case 'HELO':
        return answer('helo', '250 sink')
      case 'STAR':
        return options.tls ? startTls(decide('starttls', '220 go on')) : socket.write('502 5.5.1 no\r\n')
      case 'MAIL':
        if (isLast() && way === '421-next') return socket.end(`${ENOUGH}\r\n`)
        from = address
        begun = Date.now()
        return answer('mail', '250 sender ok')
      case 'RCPT':
        to = address
        sink.recipients.push(to)
        if (!answer('rcpt', '250 recipient ok')) to = ''
        return
      case 'DATA':
        inData = answer('data', to === '' ? '554 5.5.1 no recipient' : '354 go on') && to !== ''
        return
      case 'RSET':
        return answer('rset', '250 ok')
      case 'QUIT':
        return socket.end('221 bye\r\n')
      default:
        return socket.write('250 ok\r\n')
    }
  }

  // More may be injected behind the 220.
  const startTls = (does: Behaviour) => {
    answer('starttls', '220 go on', does)
    if (!does.startsWith('220')) return
    socket.removeAllListeners('data')
    const encrypted = new TLSSocket(socket, { isServer: true, ...options.tls })
    encrypted.on('error', () => {}) // senders that refuse the certificate
    talk(encrypted, sink, options, shared)
  }

  const onMail = (text: string) => {
    const mail = { from, to, messageId: messageIdOf(text), hash: sha256(text), text }
    const begunAt = begun
    sink.mails.push(mail)
    mailsHere++
    setTimeout(
      () => {
        const does = isLast() && way === '421-instead' ? ENOUGH : decide('dot', GOOD_DOT)
        if (file !== undefined) {
          const { messageId, hash, to } = mail
          const line = [messageId, hash, to, Date.now(), does.slice(0, 3), begunAt].join(' ')
          writeSync(file, `${line}\n`)
          fdatasyncSync(file)
        }
        answer('dot', GOOD_DOT, isLast() && way === '421-with' ? `${does}\r\n${ENOUGH}` : does)
        if (does === GOOD_DOT) sink.accepted.push(mail)
        if (isLast() && way !== '421-next') setImmediate(() => socket.end(LAST_WORDS[way] ?? ''))
      },
      (options.delayMs ?? 0) + delay(),
    )
  }

  if (!(socket instanceof TLSSocket)) answer('greeting', '220 sink ready')
  socket.setEncoding('latin1')
  socket.on('data', (chunk) => {
    buffer += chunk
    for (;;) {
      const end = buffer.indexOf(inData ? END_OF_MAIL : '\r\n')
      if (end < 0) return
      const part = buffer.slice(0, end)
      buffer = buffer.slice(end + (inData ? END_OF_MAIL.length : 2))
      if (!inData) onCommand(part)
      else {
        inData = false
        onMail(part)
      }
    }
  })
}

const ENOUGH = '421 4.7.0 enough for one connection'
const LAST_WORDS: Partial<Record<Closing, string>> = { '421-after': `${ENOUGH}\r\n` }

const ehloLines = ({ extensions = [], tls }: SinkOptions, socket: Socket): string =>
  ['sink', ...extensions, ...(tls && !(socket instanceof TLSSocket) ? ['STARTTLS'] : []), 'OK']
    .map(ehloLine)
    .join('\r\n')
const ehloLine = (text: string, index: number, all: string[]): string =>
  `250${index === all.length - 1 ? ' ' : '-'}${text}`
const messageIdOf = (text: string): string => text.match(/^message-id:\s*<([^>]*)>/im)?.[1] ?? ''
const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex')

/** An email whose body arrived completely, as the sink recorded it. */
export interface Arrival {
  messageId: string
  hash: string
  to: string
  /** Milliseconds of the machine's clock, just before it was answered. */
  at: number
  /** "250", "451"; "clo" where it hung up, "sil" where it said nothing. */
  answer: string
  /** When its MAIL command came, as `at`. */
  begun: number
}

/** What a sink wrote to its file, in order. */
export const readArrivals = (path: string): Arrival[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [messageId = '', hash = '', to = '', at = '', answer = '', begun = ''] = line.split(' ')
      return { messageId, hash, to, at: Number(at), answer, begun: Number(begun) }
    })

/** Those that it keeps: all but those that it refused in words. */
export const isKept = ({ answer }: Arrival): boolean => !/^[45]/.test(answer)
