import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What the sink does at a step instead of its good answer. */
export type Step = 'greeting' | 'ehlo' | 'mail' | 'rcpt' | 'data' | 'dot' | 'rset'
/** A line such as "451 later"; close: hangs up without a word; silence: never answers. */
export type Behaviour = string | 'close' | 'silence'

export interface SinkOptions {
  port?: number
  /** Gets a line for each mail, on the disk before the mail is answered: see readArrivals. */
  file?: string
  /** Milliseconds from the final dot to its answer. */
  delayMs?: number
  /** Milliseconds until each other answer. */
  stepDelayMs?: number
  /** Hangs up, without a word, after so many mails on one connection. */
  closeAfter?: number
  /** More lines of the answer to EHLO, such as PIPELINING. */
  extensions?: string[]
  /** Behaviour by step; where it is a function, of the mail's recipient and how many mails came before. */
  at?: Partial<Record<Step, Behaviour | ((recipient: string, mailsBefore: number) => Behaviour | undefined)>>
  /** The same as plain values, for a sink in another process; the first that fits counts, before `at`. */
  rules?: SinkRule[]
  /** It accepts no more than so many mails a second, over all connections; whoever comes first waits least. */
  mailsPerSecond?: number
}

/** What the sink does at a step, and to whom. */
export interface SinkRule {
  step: Step
  does: Behaviour
  /** Recipients of this domain alone; only where a recipient is known: rcpt, data, dot. */
  domain?: string
  /** The first so many times that it fits. */
  first?: number
  /** The first so many times for each recipient. */
  firstOfEach?: number
  /** Beyond so many a second. */
  beyondPerSecond?: number
}

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
  /** Of which the sender was told 250. */
  accepted: SinkMail[]
  connections: number
  /** Addresses of RCPT commands, in order. */
  recipients: string[]
  at: NonNullable<SinkOptions['at']>
  close(): Promise<void>
}

const END_OF_MAIL = '\r\n.\r\n'
const GOOD_DOT = '250 2.0.0 accepted'

/** A mail server of a few lines that shares no code with the sender: what it has seen is the truth in tests. */
export async function startSmtpSink(options: SinkOptions = {}): Promise<SmtpSink> {
  const file = options.file ? openSync(options.file, 'a') : undefined
  const ruled = followRules(options.rules ?? [])
  const turn = turns(options.mailsPerSecond)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    sink.connections++
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {}) // senders get killed
    socket.setNoDelay(true)
    talk(socket, sink, { ...options, file: undefined }, { file, ruled, turn })
  })
  server.on('error', (error) => console.error(`sink: ${error.message}`))
  await new Promise<void>((listening) => server.listen(options.port ?? 0, '127.0.0.1', listening))
  const sink: SmtpSink = {
    port: (server.address() as AddressInfo).port,
    mails: [],
    accepted: [],
    connections: 0,
    recipients: [],
    at: options.at ?? {},
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
  ruled: (step: Step, recipient: string) => Behaviour | undefined
  /** Milliseconds to wait for the mail's turn. */
  turn: () => number
}

function talk(socket: Socket, sink: SmtpSink, options: SinkOptions, { file, ruled, turn }: Shared): void {
  let buffer = ''
  let inData = false
  let from = ''
  let to = ''
  let mailsHere = 0

  const decide = (step: Step, good: string): Behaviour => {
    const set = sink.at[step]
    return ruled(step, to) ?? (typeof set === 'function' ? set(to, sink.mails.length) : set) ?? good
  }
  const answer = (step: Step, good: string, behaviour = decide(step, good)): boolean => {
    const act = () => {
      if (behaviour === 'close') socket.destroy()
      else if (behaviour !== 'silence') socket.write(`${behaviour}\r\n`)
    }
    if (options.stepDelayMs && step !== 'dot') setTimeout(act, options.stepDelayMs)
    else act()
    return behaviour === good
  }

  const onCommand = (line: string) => {
    const address = line.match(/<([^>]*)>/)?.[1] ?? ''
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return answer('ehlo', ['sink', ...(options.extensions ?? []), 'OK'].map(ehloLine).join('\r\n'))
      case 'MAIL':
        from = address
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

  const onMail = (text: string) => {
    const mail = { from, to, messageId: messageIdOf(text), hash: sha256(text), text }
    sink.mails.push(mail)
    mailsHere++
    setTimeout(
      () => {
        const does = decide('dot', GOOD_DOT)
        if (file !== undefined) {
          writeSync(file, `${mail.messageId} ${mail.hash} ${to} ${Date.now()} ${does.slice(0, 3)}\n`)
          fdatasyncSync(file)
        }
        if (answer('dot', GOOD_DOT, does)) sink.accepted.push(mail)
        if (mailsHere === options.closeAfter) socket.end()
      },
      (options.delayMs ?? 0) + turn(),
    )
  }

  answer('greeting', '220 sink ready')
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

const ehloLine = (text: string, index: number, all: string[]): string =>
  `250${index === all.length - 1 ? ' ' : '-'}${text}`
const messageIdOf = (text: string): string => text.match(/^message-id:\s*<([^>]*)>/im)?.[1] ?? ''
const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex')

function followRules(rules: SinkRule[]): Shared['ruled'] {
  const counted = rules.map((rule) => ({
    rule,
    times: 0,
    each: new Map<string, number>(),
    recent: [] as number[],
  }))
  return (step, recipient) =>
    counted.find(
      (one) => one.rule.step === step && isInDomain(recipient, one.rule.domain) && counts(one, recipient),
    )?.rule.does
}

const isInDomain = (recipient: string, domain?: string): boolean =>
  domain === undefined || recipient.endsWith(`@${domain}`)

function counts(
  one: { rule: SinkRule; times: number; each: Map<string, number>; recent: number[] },
  recipient: string,
): boolean {
  const { first, firstOfEach, beyondPerSecond } = one.rule
  const before = one.each.get(recipient) ?? 0
  if (first !== undefined && one.times >= first) return false
  if (firstOfEach !== undefined && before >= firstOfEach) return false
  if (beyondPerSecond !== undefined) {
    const now = performance.now()
    one.recent = one.recent.filter((at) => at > now - 1000)
    if (one.recent.length < beyondPerSecond) {
      one.recent.push(now)
      return false
    }
  }
  one.times++
  one.each.set(recipient, before + 1)
  return true
}

function turns(mailsPerSecond: number | undefined): () => number {
  if (!mailsPerSecond) return () => 0
  let next = 0
  return () => {
    const now = performance.now()
    const turn = Math.max(now, next)
    next = turn + 1000 / mailsPerSecond
    return turn - now
  }
}

/** A mail whose body came whole, as the sink wrote it down. */
export interface Arrival {
  messageId: string
  hash: string
  to: string
  /** Milliseconds of the machine's clock, just before it was answered. */
  at: number
  /** "250", "451"; "clo" where it hung up, "sil" where it said nothing. */
  answer: string
}

/** What a sink wrote to its file, in order. */
export const readArrivals = (path: string): Arrival[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [messageId = '', hash = '', to = '', at = '', answer = ''] = line.split(' ')
      return { messageId, hash, to, at: Number(at), answer }
    })

/** Those that it keeps: all but those that it refused in words. */
export const isKept = ({ answer }: Arrival): boolean => !/^[45]/.test(answer)
