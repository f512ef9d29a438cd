import { simpleParser } from 'mailparser'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../src/config/config.ts'
import { clockFrom } from '../../src/core/clock.ts'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { silentLog } from '../../src/core/log.ts'
import { FEATURES } from '../../src/features/index.ts'
import { importPapers } from '../../src/papers/import-papers.ts'
import { ROLES, type Service, startService } from '../../src/service/service.ts'
import { runCli } from '../support/commands.ts'
import { useDatabase } from '../support/database.ts'
import type { Mta } from '../support/mta.ts'
import { type NextHop, startNextHop } from '../support/mta-next-hop.ts'
import { noPostfix, POSTMASTER, postfix } from '../support/postfix.ts'
import { eventually, until } from '../support/until.ts'

const BOUNCE_DOMAIN = 'bounce.papers.example'
const DATE = '2026-11-24'
const CAME = new Date(`${DATE}T07:00:00Z`)
const DUE = new Date(`${DATE}T08:00:05Z`)
/** Postfix has only "reader" at reader.example; far.example replies by how an address begins. */
const READERS = [
  'reader@reader.example',
  'ghost@reader.example',
  'reader@far.example',
  'unknown@far.example',
  'full@far.example',
  'spam@far.example',
]

const database = useDatabase()
let mta: Mta
let nextHop: NextHop
let service: Service
let settings: Record<string, string>

beforeAll(async () => {
  if (noPostfix) return
  nextHop = await startNextHop()
  const listener = await freePort()
  mta = await postfix.start({
    users: ['reader'],
    bounceDomain: BOUNCE_DOMAIN,
    listener,
    nextHop: nextHop.port,
  })
  settings = {
    DATABASE_URL: database.url,
    SMTP_URL: `smtp://127.0.0.1:${mta.port}`,
    HF_URL: 'http://127.0.0.1:1',
    PORT: '0',
    BOUNCE_DOMAIN,
    BOUNCE_LMTP: `127.0.0.1:${listener}`,
  }
  const clock = clockFrom(CAME)
  service = await startService(readConfig(settings), ROLES, { features: FEATURES, clock, log: silentLog })
  await subscribeAll(service)
  clock.moveTo(DUE)
  await service.deps.queue.nudge('plan')
}, 60_000)
afterAll(async () => {
  await service?.stop()
  await mta?.stop()
  await nextHop?.close()
})
beforeEach((context) => {
  if (noPostfix) context.skip(noPostfix)
})

async function subscribeAll({ deps }: Service): Promise<void> {
  const settings = { topics: ['attention'], hour: '8', zone: 'UTC', days: ['mon', 'tue'] }
  for (const email of READERS) await addSubscriber(deps, { ...settings, email, consent: 'for these tests' })
  const text = JSON.stringify([{ title: 'Attention', summary: 'On attention.', authors: ['A'] }])
  await importPapers(deps, { text, day: DATE })
}

const statesOf = async (): Promise<Record<string, string>> => {
  const rows = await database.db.subscriber.findMany({ select: { address: true, state: true } })
  return Object.fromEntries(rows.map(({ address, state }) => [address, state]))
}
/** The reports about ghost, unknown, full and spam. */
const untilReportsAreRead = () =>
  eventually(async () => (await database.db.report.count({ where: { state: 'read' } })) >= 4)

async function cli(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args, { ...settings, CLOCK_NOW: `${DATE}T09:00:00Z` })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

/** Sends an email to our mail server as another one does. */
async function sendTo(from: string, to: string, subject: string): Promise<void> {
  const transport = createTransport({
    ...{ host: '127.0.0.1', port: mta.port },
    tls: { rejectUnauthorized: false },
  })
  await transport.sendMail({ from, to, subject, text: 'Sent by an email client.' })
}

test('a bounce suppresses an address without a mailbox, and no other', async () => {
  await untilReportsAreRead()
  expect(await statesOf()).toEqual({
    'reader@reader.example': 'active',
    // Postfix has its own text for this, and sends one report.
    'ghost@reader.example': 'active',
    'reader@far.example': 'active',
    'unknown@far.example': 'suppressed',
    'full@far.example': 'paused',
    'spam@far.example': 'active',
  })
  expect(nextHop.mails.map(({ to }) => to)).toEqual(['reader@far.example'])
  const rows = await database.db.bounce.findMany({ select: { foundBy: true } })
  expect(rows).toEqual(Array(4).fill({ foundBy: 'token' }))
}, 60_000)

test('explain and show have the bounce', async () => {
  await untilReportsAreRead()
  const explained = await cli('subscribers', 'explain', 'unknown@far.example', '--date', DATE)
  expect(explained).toContain('Sent, then returned: ')
  expect(explained).toContain('5.1.1')
  const shown = JSON.parse(await cli('subscribers', 'show', 'unknown@far.example', '--json'))
  expect(shown).toMatchObject({ state: 'suppressed' })
}, 60_000)

test('an email client unsubscribes its user by email to the address in the digest', async () => {
  const [digest] = await until('a digest in the Maildir', () => {
    const emails = mta.mailsOf('reader')
    return emails.length > 0 ? emails : undefined
  })
  const { headers } = await simpleParser(digest!)
  const { unsubscribe } = headers.get('list') as unknown as { unsubscribe: { mail: string } }
  const { pathname: address, searchParams } = new URL(`mailto:${unsubscribe.mail}`)
  expect(address).toMatch(/^u\+[0-9a-f]{40}@bounce\.papers\.example$/)
  await sendTo('reader@reader.example', address, searchParams.get('subject')!)
  await eventually(async () => (await statesOf())['reader@reader.example'] === 'unsubscribed')
  expect((await statesOf())['reader@far.example']).toBe('active')
}, 60_000)

test('the bounce domain accepts email to postmaster, and to no other mailbox', async () => {
  await sendTo('admin@far.example', `postmaster@${BOUNCE_DOMAIN}`, 'Your emails')
  const [mail] = await until('the email to postmaster', () => {
    const emails = mta.mailsOf(POSTMASTER)
    return emails.length > 0 ? emails : undefined
  })
  expect(mail!.toString()).toContain('Subject: Your emails')
  const unknown = sendTo('admin@far.example', `unknown@${BOUNCE_DOMAIN}`, 'Hello')
  await expect(unknown).rejects.toThrow('550 5.1.1')
}, 60_000)
