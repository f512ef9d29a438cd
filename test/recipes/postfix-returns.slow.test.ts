import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Intake, startIntake } from '../../src/bounces/intake.ts'
import { readConfig } from '../../src/config/config.ts'
import { stoppedClock } from '../../src/core/clock.ts'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { silentLog } from '../../src/core/log.ts'
import type { Queue } from '../../src/core/queue.ts'
import { randomId } from '../../src/core/secrets.ts'
import { FEATURES } from '../../src/features/index.ts'
import { returnAddress } from '../../src/subscribers/return-address.ts'
import { complaint, deliveryReport } from '../support/bounce-emails.ts'
import { emptyTables, useDatabase } from '../support/database.ts'
import { NOW } from '../support/messages.ts'
import { noPostfix, POSTMASTER, type PostfixMta, postfix } from '../support/postfix.ts'
import { until } from '../support/until.ts'

const DOMAIN = 'bounce.papers.example'
const REPORT = deliveryReport({ recipient: 'ann@reader.example', said: '550 5.1.1 User unknown' })
const database = useDatabase()
let mta: PostfixMta
let intake: Intake | undefined
let config: ReturnType<typeof readConfig>

async function startListening(): Promise<void> {
  const queue: Queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
  const { db, url: databaseUrl } = database
  intake = await startIntake({
    config,
    clock: stoppedClock(NOW),
    features: FEATURES,
    log: silentLog,
    db,
    databaseUrl,
    queue,
  })
}

beforeAll(async () => {
  if (noPostfix) return
  const listener = await freePort()
  config = readConfig({ BOUNCE_DOMAIN: DOMAIN, BOUNCE_LMTP: `127.0.0.1:${listener}` })
  mta = await postfix.start({ users: [], bounceDomain: DOMAIN, listener, nextHop: await freePort() })
}, 60_000)
afterAll(async () => {
  await intake?.stop()
  await mta?.stop()
})
beforeEach(async (context) => {
  if (noPostfix) context.skip(noPostfix)
  await emptyTables(database.db)
  if (!intake) await startListening()
})

/** As a server of the world does; throws with the answer where the mail is turned away. */
const mailIn = (to: string, raw: Buffer): Promise<unknown> =>
  createTransport({ host: '127.0.0.1', port: mta.port, tls: { rejectUnauthorized: false } }).sendMail({
    envelope: { from: '', to: [to] },
    raw,
  })

const addressFor = (purpose: 'bounce' | 'unsubscribe') =>
  returnAddress({ purpose, id: randomId(purpose === 'bounce' ? 96 : 80) }, config.APP_SECRET[0]!, DOMAIN)

const reportTo = (recipient: string) =>
  until(
    `a report to ${recipient}`,
    async () => (await database.db.report.findFirst({ where: { recipient } })) ?? undefined,
  )

test.each([
  ['a report', () => addressFor('bounce'), REPORT],
  ['a request to unsubscribe', () => addressFor('unsubscribe'), REPORT],
  ['a complaint', () => `fbl@${DOMAIN}`, complaint({})],
])(
  '%s is handed to the service, over LMTP',
  async (_what, address, raw) => {
    const to = address()
    await mailIn(to, raw)
    const report = await reportTo(to)
    expect(report).toMatchObject({ channel: 'lmtp', state: 'waiting' })
    const subject = /^Subject: .*/m.exec(raw.toString())![0]
    expect(Buffer.from(report.raw!).toString()).toContain(subject)
  },
  30_000,
)

test('postmaster is a person', async () => {
  await mailIn(`postmaster@${DOMAIN}`, Buffer.from('Subject: Your emails\r\n\r\nHello\r\n'))
  const mail = await until('the mail', () => mta.mailsOf(POSTMASTER)[0])
  expect(mail.toString()).toContain('Subject: Your emails')
  expect(await database.db.report.count()).toBe(0)
}, 30_000)

test.each(['somebody', 'b+12ab', 'b+', `u+${'0'.repeat(39)}`, `b+${'g'.repeat(44)}`, 'fbl2'])(
  '%s is refused at RCPT, so that no report goes to the person named as its sender',
  async (user) => {
    await expect(mailIn(`${user}@${DOMAIN}`, REPORT)).rejects.toThrow('550 5.1.1')
  },
)

test('while the service is down it waits, and comes as soon as it is up', async () => {
  await intake?.stop()
  intake = undefined
  const to = addressFor('bounce')
  await mailIn(to, REPORT)
  await until('Postfix to have tried', () => (mta.log().includes('status=deferred') ? true : undefined))
  expect(await database.db.report.count()).toBe(0)
  await startListening()
  mta.flush()
  expect(await reportTo(to)).toMatchObject({ state: 'waiting' })
  expect(mta.log()).not.toMatch(/unused parameter|overriding|fatal/)
}, 30_000)
