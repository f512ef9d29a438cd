import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Intake, startIntake } from '../../../src/bounces/intake.ts'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { useDatabase } from '../../support/database.ts'
import { openDialogue } from '../../support/mail-dialogue.ts'

const database = useDatabase()
const DOMAIN = 'bounce.papers.example'
let intake: Intake
let smtp: number
let lmtp: number
beforeAll(async () => {
  smtp = await freePort()
  lmtp = await freePort()
  const config = readConfig({ BOUNCE_DOMAIN: DOMAIN, BOUNCE_SMTP: String(smtp), BOUNCE_LMTP: String(lmtp) })
  const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
  const clock = stoppedClock(new Date('2026-11-24T08:00:00Z'))
  const base = {
    clock,
    features: FEATURES,
    log: silentLog,
    db: database.db,
    databaseUrl: database.url,
    queue,
  }
  intake = await startIntake({ ...base, config })
})
afterAll(() => intake?.stop())

const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

/** Opens connections from an address and says nothing. Returns what the listener replied to each. */
async function openIdle(port: number, count: number, localAddress = '127.0.0.2'): Promise<string[]> {
  const replies: Promise<string>[] = []
  for (let n = 0; n < count; n++) {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    socket.on('error', () => undefined)
    open.push(socket)
    replies.push(once(socket, 'data').then(String))
  }
  return Promise.all(replies)
}

/** Delivers a report as the mail server does; returns the last reply. */
async function deliver(port: number): Promise<string> {
  const dialogue = await openDialogue(port)
  open.push(dialogue.socket)
  await dialogue.say(port === lmtp ? 'LHLO relay.example' : 'EHLO relay.example')
  await dialogue.say('MAIL FROM:<>')
  await dialogue.say(`RCPT TO:<fbl@${DOMAIN}>`)
  await dialogue.say('DATA')
  const [reply = ''] = await dialogue.mail('Subject: a report\r\n\r\n.')
  return reply
}

test.each([
  ['SMTP', () => smtp],
  ['LMTP', () => lmtp],
])('50 idle connections over %s from one address do not refuse the mail server', async (_name, portOf) => {
  const port = portOf()
  const replies = await openIdle(port, 50)
  expect(await deliver(port)).toMatch(/^250 /)
  expect(replies.filter((reply) => reply.startsWith('220 '))).toHaveLength(20)
  expect(replies.filter((reply) => reply.startsWith('421 '))).toHaveLength(30)
})

test('100 idle connections from the five addresses of one network do not refuse the mail server', async () => {
  const addresses = [1, 2, 3, 4, 5].map((n) => `127.0.7.${n}`)
  const replies = await Promise.all(addresses.map((address) => openIdle(smtp, 20, address)))
  expect(await deliver(smtp)).toMatch(/^250 /)
  expect(replies.flat().filter((reply) => reply.startsWith('220 '))).toHaveLength(30)
})

test('an address may connect again once its connections have ended', async () => {
  await openIdle(smtp, 30)
  for (const socket of open.splice(0)) socket.destroy()
  await expect.poll(() => openIdle(smtp, 1), { timeout: 10_000 }).toEqual([expect.stringMatching(/^220 /)])
})
