import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What the sink does at a step instead of its good answer. */
export type Step = 'greeting' | 'ehlo' | 'mail' | 'rcpt' | 'data' | 'dot' | 'rset'
/** A line such as "451 later"; close: hangs up without a word; silence: never answers. */
export type Behaviour = string | 'close' | 'silence'

export interface SinkOptions {
  port?: number
  /** Gets "Message-ID sha256" for each mail, on the disk before the mail is accepted. */
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

/** A mail server of a few lines that shares no code with the sender: what it has seen is the truth in tests. */
export async function startSmtpSink(options: SinkOptions = {}): Promise<SmtpSink> {
  const file = options.file ? openSync(options.file, 'a') : undefined
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    sink.connections++
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {}) // senders get killed
    socket.setNoDelay(true)
    talk(socket, sink, { ...options, file: undefined }, file)
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

function talk(socket: Socket, sink: SmtpSink, options: SinkOptions, file: number | undefined): void {
  let buffer = ''
  let inData = false
  let from = ''
  let to = ''
  let mailsHere = 0

  const answer = (step: Step, good: string): boolean => {
    const set = sink.at[step]
    const behaviour = (typeof set === 'function' ? set(to, sink.mails.length) : set) ?? good
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
    setTimeout(() => {
      if (file !== undefined) {
        writeSync(file, `${mail.messageId} ${mail.hash}\n`)
        fdatasyncSync(file)
      }
      if (answer('dot', '250 2.0.0 accepted')) sink.accepted.push(mail)
      if (mailsHere === options.closeAfter) socket.end()
    }, options.delayMs ?? 0)
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

/** What a sink wrote to its file: for each Message-ID, the hash of every copy. */
export function readSinkFile(path: string): Map<string, string[]> {
  const copies = new Map<string, string[]>()
  for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
    const [id = '', hash = ''] = line.split(' ')
    copies.set(id, [...(copies.get(id) ?? []), hash])
  }
  return copies
}
