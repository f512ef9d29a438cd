import { createReadStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Eta } from 'eta'
import fastify, { type FastifyInstance } from 'fastify'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { minuteOf } from './words.ts'

export interface Mailbox {
  smtpUrl: string
  url: string
  /** Every email caught so far, oldest first. */
  mails(): Promise<ParsedMail[]>
  /** The same as lines of a list. */
  caught(): Promise<CaughtEmail[]>
  /** What each of its pages links to, by name. */
  linkTo(links: Record<string, string>): void
  stop(): Promise<void>
}

export interface CaughtEmail {
  /** Its page is at /mails/NUMBER. */
  number: number
  subject: string
  from: string
  to: string
  /** "Tuesday 24 November, 08:00" */
  date: string
}

/** Where a mailbox listens; port 0 is any that is free. */
interface MailboxPlace {
  host: string
  smtpPort: number
  pagePort: number
}

const THIS_COMPUTER: MailboxPlace = { host: '127.0.0.1', smtpPort: 0, pagePort: 0 }

/** Catches every email and shows it on a page; sends none. Emails are kept in `folder`. */
export async function startMailbox(folder: string, at: Partial<MailboxPlace> = {}): Promise<Mailbox> {
  const place = { ...THIS_COMPUTER, ...at }
  const links: Record<string, string> = {}
  mkdirSync(folder, { recursive: true })
  const smtp = await startCatcher(folder, place)
  const pages = await startPages(folder, place, links)
  return {
    smtpUrl: `smtp://127.0.0.1:${smtp.port}`,
    url: pages.url,
    mails: () => readMails(folder),
    caught: () => linesOf(folder),
    linkTo: (more) => void Object.assign(links, more),
    stop: async () => {
      await pages.server.close()
      await smtp.stop()
    },
  }
}

async function startCatcher(
  folder: string,
  { host, smtpPort }: MailboxPlace,
): Promise<{ port: number; stop(): Promise<void> }> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    async onData(stream, _session, answer) {
      const raw = await buffer(stream)
      const name = String(readdirSync(folder).length + 1).padStart(6, '0')
      writeFileSync(join(folder, `${name}.eml`), raw)
      answer()
    },
  })
  server.on('error', () => {}) // a client that hangs up is no reason to end the demo
  await new Promise<void>((listening) => server.listen(smtpPort, host, listening))
  const { port } = server.server.address() as { port: number }
  return { port, stop: () => new Promise((stopped) => server.close(() => stopped())) }
}

async function startPages(
  folder: string,
  { host, pagePort }: MailboxPlace,
  links: Record<string, string>,
): Promise<{ url: string; server: FastifyInstance }> {
  const eta = new Eta({ views: import.meta.dirname, autoTrim: false })
  const server = fastify()
  server.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  server.get('/', async (_request, reply) => {
    const mails = (await linesOf(folder)).reverse()
    return reply.type('text/html').send(eta.render('mailbox.eta', { mails, links }))
  })
  server.get('/count', async () => String(emailFiles(folder).length))
  server.get<{ Params: { number: string } }>('/mails/:number', async (request, reply) => {
    const mail = (await readMails(folder))[Number(request.params.number) - 1]
    if (!mail) return reply.redirect('/', 303)
    const page = { ...lineOf(mail, 0), html: mail.html || '', text: mail.text ?? '', links }
    return reply.type('text/html').send(eta.render('mail.eta', page))
  })
  server.get('/desk.css', (_request, reply) =>
    reply.type('text/css').send(createReadStream(join(import.meta.dirname, 'desk.css'))),
  )
  const address = await server.listen({ host, port: pagePort })
  return { url: address.replace('127.0.0.1', 'localhost'), server }
}

const linesOf = async (folder: string): Promise<CaughtEmail[]> => (await readMails(folder)).map(lineOf)

const lineOf = (mail: ParsedMail, index: number): CaughtEmail => ({
  number: index + 1,
  subject: mail.subject ?? '(no subject)',
  from: mail.from?.text ?? '',
  to: [mail.to ?? []]
    .flat()
    .map((one) => one.text)
    .join(', '),
  date: mail.date ? minuteOf(mail.date) : '',
})

const emailFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .sort()

const readMails = (folder: string): Promise<ParsedMail[]> =>
  Promise.all(emailFiles(folder).map((name) => simpleParser(readFileSync(join(folder, name)))))
