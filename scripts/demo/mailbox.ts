import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MailDev } from 'maildev'
import { type ParsedMail, simpleParser } from 'mailparser'

export interface Mailbox {
  smtpUrl: string
  url: string
  /** Every mail caught so far, oldest first. */
  mails(): Promise<ParsedMail[]>
  stop(): Promise<void>
}

/** Catches every mail on 127.0.0.1 and shows it on a page; sends none. Mails are kept in `folder`. */
export async function startMailbox(folder: string, ports: { smtp: number; web: number }): Promise<Mailbox> {
  mkdirSync(folder, { recursive: true })
  const maildev = new MailDev({
    smtp: ports.smtp,
    web: ports.web,
    ip: '127.0.0.1',
    webIp: '127.0.0.1',
    mailDirectory: folder,
    silent: true,
  })
  await quietly(() => maildev.start())
  return {
    smtpUrl: `smtp://127.0.0.1:${ports.smtp}`,
    url: `http://localhost:${ports.web}`,
    mails: () => readMails(folder),
    stop: () => quietly(() => maildev.stop()),
  }
}

// maildev prints its address even when silent, where a program expects our own first line.
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { info } = console
  console.info = () => {}
  try {
    return await work()
  } finally {
    console.info = info
  }
}

async function readMails(folder: string): Promise<ParsedMail[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.eml'))
  const mails = await Promise.all(files.map((name) => simpleParser(readFileSync(join(folder, name)))))
  return mails.sort((a, b) => (a.date?.getTime() ?? 0) - (b.date?.getTime() ?? 0))
}
